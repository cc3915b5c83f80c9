"""Users' sessions."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from users.admin.columns import device, time_of, user_link
from users.admin.lists import ReadOnlyAdmin
from users.errors import InvalidPhone
from users.models import Session
from users.phones import parse_phone


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Logins, newest first; deleting a session ends it."""

    accusative = pgettext_lazy("accusative", "session")
    delete_selected_title = _("Delete selected sessions")

    list_display = ("user", "device", "ip", "created", "used", "ended")
    fields = ("owner", "device", "user_agent", "ip", "created", "used", "expires", "ended")
    list_select_related = ("user",)
    search_fields = ("user__phone",)
    search_help_text = _("Full phone number")
    ordering = ("-expires_at",)  # newest first, by an index that refreshes don't have to update

    created = time_of("created_at", _("created at"))
    used = time_of("last_used_at", _("last used at"))
    expires = time_of("expires_at", _("expires at"))
    ended = time_of("ended_at", _("ended at"))

    @admin.display(description=_("user"))
    def owner(self, session: Session) -> SafeString | str:
        return user_link(session.user)

    @admin.display(description=pgettext_lazy("session", "device"))
    def device(self, session: Session) -> str:
        return device(session)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only superusers may end the sessions of staff."""
        reached = obj is None or not obj.user.is_staff or bool(request.user.is_superuser)
        return reached and super().has_delete_permission(request, obj)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Session], search_term: str
    ) -> tuple[QuerySet[Session], bool]:
        """Search by the user's phone."""
        if not search_term.strip():
            return queryset, False
        try:
            return queryset.filter(user__phone=parse_phone(search_term)), False
        except InvalidPhone:
            return queryset.none(), False
