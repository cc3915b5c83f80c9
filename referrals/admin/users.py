"""The admin's users, extended by their invitations."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from referrals.admin.export import csv_of
from referrals.admin.invitations import led_to
from referrals.deletion import erase
from referrals.invites import invitees_of
from referrals.models import InviteCode
from referrals.search import search_users
from users import security
from users.admin import timeline
from users.admin.columns import moment, once, user_link
from users.admin.lists import SHOWN, shown_and_all
from users.admin.timeline import Event
from users.admin.users import UserAdmin
from users.clients import Client
from users.models import User

admin.site.unregister(User)


@admin.register(User)
class ReferralUserAdmin(UserAdmin):
    """Users with their invite code, who invited them, and whom they invited."""

    list_display = (
        "number",
        "own_code",
        "invited_by",
        "invitees_count",
        "status",
        "joined",
    )
    change_list_template = "referrals/users.html"
    list_select_related = ("invite_code", "activation__inviter")
    search_help_text = _("Phone number, its beginning, or an invite code")
    readonly_fields: ClassVar[tuple[str, ...]] = (
        *UserAdmin.readonly_fields,
        "own_code",
        "link",
        "invited_by",
        "invitees",
    )
    fieldsets: ClassVar[tuple[Any, ...]] = (
        UserAdmin.fieldsets[0],
        (_("Referrals"), {"fields": ("own_code", "link", "invited_by", "invitees")}),
        *UserAdmin.fieldsets[1:],
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Users with everything that a row shows, in one query."""
        return super().get_queryset(request).select_related(*self.list_select_related)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        """By an index, however many users there are."""
        text = search_term.strip()
        return (search_users(queryset, text) if text else queryset), False

    def get_urls(self) -> list[Any]:
        """Adds the export."""
        export = self.admin_site.admin_view(self.export)
        return [path("export/", export, name="users_user_export"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Adds a link that exports the listed users."""
        extra = {"may_export": self.may_export(request), "query": request.GET.urlencode()}
        return super().changelist_view(request, {**(extra_context or {}), **extra})

    def may_export(self, request: HttpRequest) -> bool:
        """Whether this member of staff may export phone numbers."""
        allowed = request.user.has_perm("users.export_user")
        return bool(allowed and self.has_view_permission(request))

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """The listed users (same search and filters) as CSV."""
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
        """Without Django's transaction, inside which `erase` couldn't repeat its own."""
        return self._delete_view(request, object_id, extra_context)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Delete by the same rule, and with the same locks, as when users delete themselves."""
        erase(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """One by one: deleting many at once could deadlock."""
        for user in queryset:
            erase(user)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Includes users' codes, although nobody may delete a code by itself."""
        objects, counts, forbidden, protected = super().get_deleted_objects(objs, request)
        return objects, counts, forbidden - {InviteCode._meta.verbose_name}, protected

    def events(self, user: User) -> Iterator[Event]:
        """Adds the code that the user activated, and who activated theirs."""
        yield from super().events(user)
        if hasattr(user, "activation"):
            text = gettext("Activated the code %(code)s") % {"code": user.activation.code}
            yield Event(user.activation.activated_at, "handshake", text)
        for one in invitees_of(user)[: timeline.SHOWN]:
            text = format_html("{} {}", gettext("Invited"), user_link(one.invitee))
            yield Event(one.activated_at, "group_add", text)

    @admin.display(description=_("invite code"))
    def own_code(self, user: User) -> str:
        return user.invite_code.value if hasattr(user, "invite_code") else "–"

    @admin.display(description=_("its link"))
    @once
    def link(self, user: User) -> str:
        return led_to(user.invite_code) if hasattr(user, "invite_code") else "–"

    @admin.display(description=_("invited by"))
    def invited_by(self, user: User) -> SafeString | str:
        """The inviter's phone, or the code alone when the inviter is gone."""
        if not hasattr(user, "activation"):
            return "–"
        inviter = user.activation.inviter
        return user_link(inviter) if inviter else str(user.activation.code)

    @admin.display(description=_("invitees"))
    def invitees_count(self, user: User) -> int:
        """How many people activated the user's code."""
        return user.invite_code.activations_count if hasattr(user, "invite_code") else 0

    @admin.display(description=_("invitees"))
    @once
    def invitees(self, user: User) -> SafeString:
        """The newest invitees, with a link to all."""
        newest = invitees_of(user)[:SHOWN]
        rows = [
            format_html("{}, {}", user_link(one.invitee), moment(one.activated_at))
            for one in newest
        ]
        url = reverse("admin:referrals_activation_changelist")
        return shown_and_all(rows, url, f"inviter__id__exact={user.pk}")
