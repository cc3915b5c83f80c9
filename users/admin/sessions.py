"""Where users are logged in."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from users.admin.lists import ReadOnlyAdmin
from users.errors import InvalidPhone
from users.models import Session
from users.phones import parse_phone


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Logins, newest first; deleting a session ends it."""

    accusative = pgettext_lazy("accusative", "session")
    delete_selected_title = _("Delete selected sessions")

    list_display = ("user", "ip", "user_agent", "created_at", "last_used_at", "ended_at")
    list_select_related = ("user",)
    search_fields = ("user__phone",)
    search_help_text = _("Full phone number")
    ordering = ("-expires_at",)  # as they were opened, by an index that no refresh has to write

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Staff are logged out by superusers alone."""
        reached = obj is None or not obj.user.is_staff or bool(request.user.is_superuser)
        return reached and super().has_delete_permission(request, obj)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Session], search_term: str
    ) -> tuple[QuerySet[Session], bool]:
        """The sessions of one user."""
        if not search_term.strip():
            return queryset, False
        try:
            return queryset.filter(user__phone=parse_phone(search_term)), False
        except InvalidPhone:
            return queryset.none(), False
