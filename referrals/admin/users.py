"""The admin's users, with their invitations."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from referrals.admin.export import csv_of
from referrals.deletion import erase
from referrals.invites import invitees_of
from referrals.models import InviteCode
from referrals.search import search_users
from users import security
from users.admin.lists import SHOWN, shown_and_all
from users.admin.users import UserAdmin
from users.clients import Client
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
        "status",
        "date_joined",
    )
    change_list_template = "referrals/users.html"
    list_select_related = ("invite_code", "activation__inviter")
    search_help_text = _("Phone number, its beginning, or an invite code")
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

    def get_urls(self) -> list[Any]:
        """The usual pages and the export."""
        export = self.admin_site.admin_view(self.export)
        return [path("export/", export, name="users_user_export"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """The list, with a link to export the same users."""
        extra = {"may_export": self.may_export(request), "query": request.GET.urlencode()}
        return super().changelist_view(request, {**(extra_context or {}), **extra})

    def may_export(self, request: HttpRequest) -> bool:
        """Whether this person may export phone numbers."""
        allowed = request.user.has_perm("users.export_user")
        return bool(allowed and self.has_view_permission(request))

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """The users that the list shows for the same search and filters, as CSV."""
        if not self.may_export(request):
            raise PermissionDenied
        try:
            users = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(reverse("admin:users_user_changelist"))
        by, address = request.user.pk, Client.of(request.META).address
        security.log("users exported", user=by, address=address, filtered=bool(request.GET))
        response = StreamingHttpResponse(csv_of(users), content_type="text/csv; charset=utf-8")
        name = f"users-{timezone.now():%Y-%m-%d}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Without Django's transaction around it, in which `erase` couldn't repeat anything."""
        return self._delete_view(request, object_id, extra_context)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Delete by the same rule as users do, with the locks it takes."""
        erase(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """One by one: deleting whole lists at once could deadlock."""
        for user in queryset:
            erase(user)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes with these users: their codes, though nobody may delete a code by itself."""
        objects, counts, forbidden, protected = super().get_deleted_objects(objs, request)
        return objects, counts, forbidden - {InviteCode._meta.verbose_name}, protected

    @admin.display(description=_("invite code"))
    def own_code(self, user: User) -> str:
        return user.invite_code.value if hasattr(user, "invite_code") else "–"

    @admin.display(description=_("invited by"))
    def invited_by(self, user: User) -> str:
        """The inviter's phone, or the code alone when the inviter is gone."""
        if not hasattr(user, "activation"):
            return "–"
        return str(user.activation.inviter or user.activation.code)

    @admin.display(description=_("invitees"))
    def invitees_count(self, user: User) -> int:
        """How many people activated the user's code."""
        return user.invite_code.activations_count if hasattr(user, "invite_code") else 0

    @admin.display(description=_("invitees"))
    def invitees(self, user: User) -> SafeString:
        """The newest invitees, with a link to all."""
        rows = [f"{one.invitee}, {one.activated_at:%Y-%m-%d}" for one in invitees_of(user)[:SHOWN]]
        url = reverse("admin:referrals_activation_changelist")
        return shown_and_all(rows, url, f"inviter__id__exact={user.pk}")
