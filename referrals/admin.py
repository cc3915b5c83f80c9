"""What staff see of invitations: on the user's page, and in lists of their own."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from referrals.invites import WRONG_CODES, invitees_of
from referrals.models import Activation, InviteCode
from referrals.profiles import erase
from referrals.search import search_activations, search_codes, search_users
from users.admin.budgets import TITLES
from users.admin.lists import SHOWN, ReadOnlyAdmin, shown_and_all
from users.admin.users import UserAdmin
from users.models import User

admin.site.unregister(User)


@admin.register(User)
class ReferralUserAdmin(UserAdmin):
    """Users with their invite code, who invited them, and whom they invited."""

    list_display = (
        "phone",
        "own_code",
        "invited_by",
        "invitees_count",
        "is_active",
        "is_staff",
        "date_joined",
    )
    list_select_related = ("invite_code", "activation__inviter")
    search_help_text = _("A phone, or its beginning, or an invite code")
    readonly_fields: ClassVar[tuple[str, ...]] = (
        *UserAdmin.readonly_fields,
        "own_code",
        "invited_by",
        "invitees",
    )
    fieldsets: ClassVar[tuple[Any, ...]] = (
        UserAdmin.fieldsets[0],
        (_("Referrals"), {"fields": ("own_code", "invited_by", "invitees")}),
        *UserAdmin.fieldsets[1:],
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Users with everything a row shows, in one query."""
        return super().get_queryset(request).select_related(*self.list_select_related)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        """By an index, however many users there are."""
        text = search_term.strip()
        return (search_users(queryset, text) if text else queryset), False

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """As users delete themselves, with the locks that takes."""
        erase(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """One after another: whole lists at once would lock each other out."""
        for user in queryset:
            erase(user)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes with these users: their codes, though nobody may delete a code by itself."""
        objects, counts, forbidden, protected = super().get_deleted_objects(objs, request)
        return objects, counts, forbidden - {InviteCode._meta.verbose_name}, protected

    @admin.display(description=_("invite code"))
    def own_code(self, user: User) -> str:
        """The user's own code."""
        return user.invite_code.value if hasattr(user, "invite_code") else "–"

    @admin.display(description=_("invited by"))
    def invited_by(self, user: User) -> str:
        """The inviter's phone, or the code alone when the inviter is gone."""
        if not hasattr(user, "activation"):
            return "–"
        return str(user.activation.inviter or user.activation.code)

    @admin.display(description=_("invitees"))
    def invitees_count(self, user: User) -> int:
        """How many entered the user's code."""
        return user.invite_code.activations_count if hasattr(user, "invite_code") else 0

    @admin.display(description=_("invitees"))
    def invitees(self, user: User) -> SafeString:
        """The newest invitees, and the way to all."""
        rows = [f"{one.invitee}, {one.activated_at:%Y-%m-%d}" for one in invitees_of(user)[:SHOWN]]
        url = reverse("admin:referrals_activation_changelist")
        return shown_and_all(rows, url, f"inviter__id__exact={user.pk}")


@admin.register(InviteCode)
class InviteCodeAdmin(ReadOnlyAdmin):
    """Codes and how often they were activated."""

    list_display = ("value", "owner", "activations_count")
    list_select_related = ("owner",)
    search_fields = ("value",)
    search_help_text = _("A phone or an invite code, written in full")
    ordering = ("-pk",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[InviteCode], search_term: str
    ) -> tuple[QuerySet[InviteCode], bool]:
        """By an index, however many codes there are."""
        return search_codes(queryset, search_term), False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        """Never: a code is for ever."""
        return False


@admin.register(Activation)
class ActivationAdmin(ReadOnlyAdmin):
    """Who entered whose code, and when."""

    list_display = ("invitee", "inviter", "code", "activated_at")
    list_select_related = ("invitee", "inviter")
    list_filter = ("activated_at",)
    search_fields = ("code",)
    search_help_text = _("A phone or an invite code, written in full")
    ordering = ("-pk",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Activation], search_term: str
    ) -> tuple[QuerySet[Activation], bool]:
        """By an index, however many activations there are."""
        return search_activations(queryset, search_term), False


TITLES[WRONG_CODES] = _("wrong invite codes")
