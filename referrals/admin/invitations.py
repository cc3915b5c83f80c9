"""Read-only lists of invite codes and activations."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals import funnel
from referrals.models import Activation, InviteCode, LinkCount
from referrals.search import search_activations, search_codes
from users.admin.columns import once, time_of, user_link
from users.admin.lists import ReadOnlyAdmin


def led_to(code: InviteCode) -> str:
    """What the code's link has led to."""
    counts = zip(LinkCount.Step.labels, funnel.of(code.value), strict=False)
    return ", ".join(f"{title}: {count}" for title, count in counts)


@admin.register(InviteCode)
class InviteCodeAdmin(ReadOnlyAdmin):
    """Codes and how often they were activated."""

    accusative = pgettext_lazy("accusative", "invite code")
    delete_selected_title = _("Delete selected invite codes")

    list_display = ("value", "whose", "activations_count")
    fields = ("value", "whose", "activations_count", "led_to")
    list_select_related = ("owner",)
    search_fields = ("value",)
    search_help_text = _("Full phone number or invite code")
    ordering = ("-pk",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[InviteCode], search_term: str
    ) -> tuple[QuerySet[InviteCode], bool]:
        """By an index, however many codes there are."""
        return search_codes(queryset, search_term), False

    @admin.display(description=_("owner"))
    def whose(self, code: InviteCode) -> SafeString | str:
        return user_link(code.owner)

    @admin.display(description=_("its link"))
    @once
    def led_to(self, code: InviteCode) -> str:
        return led_to(code)

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        """Codes are permanent."""
        return False


@admin.register(Activation)
class ActivationAdmin(ReadOnlyAdmin):
    """Who activated whose code, and when."""

    accusative = pgettext_lazy("accusative", "activation")
    delete_selected_title = _("Delete selected activations")

    list_display = ("code", "who", "by", "activated")
    fields = ("code", "who", "by", "activated")
    list_select_related = ("invitee", "inviter")
    list_filter = ("activated_at",)
    search_fields = ("code",)
    search_help_text = _("Full phone number or invite code")
    ordering = ("-pk",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Activation], search_term: str
    ) -> tuple[QuerySet[Activation], bool]:
        """By an index, however many activations there are."""
        return search_activations(queryset, search_term), False

    activated = time_of("activated_at", _("activated at"))

    @admin.display(description=_("invitee"))
    def who(self, activation: Activation) -> SafeString | str:
        return user_link(activation.invitee)

    @admin.display(description=_("inviter"))
    def by(self, activation: Activation) -> SafeString | str:
        return user_link(activation.inviter)
