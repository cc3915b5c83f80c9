"""Invite codes and activations, to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.models import Activation, InviteCode
from referrals.search import search_activations, search_codes
from users.admin.lists import ReadOnlyAdmin


@admin.register(InviteCode)
class InviteCodeAdmin(ReadOnlyAdmin):
    """Codes and how often they were activated."""

    accusative = pgettext_lazy("accusative", "invite code")
    delete_selected_title = _("Delete selected invite codes")

    list_display = ("value", "owner", "activations_count")
    list_select_related = ("owner",)
    search_fields = ("value",)
    search_help_text = _("Full phone number or invite code")
    ordering = ("-pk",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[InviteCode], search_term: str
    ) -> tuple[QuerySet[InviteCode], bool]:
        """By an index, however many codes there are."""
        return search_codes(queryset, search_term), False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        """Codes are permanent."""
        return False


@admin.register(Activation)
class ActivationAdmin(ReadOnlyAdmin):
    """Who activated whose code, and when."""

    accusative = pgettext_lazy("accusative", "activation")
    delete_selected_title = _("Delete selected activations")

    list_display = ("invitee", "inviter", "code", "activated_at")
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
