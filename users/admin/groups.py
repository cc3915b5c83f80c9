"""Staff roles: Django's groups in the style of the rest of the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from users.admin.lists import BoundedAdmin

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, BoundedAdmin):  # type: ignore[misc]
    accusative = pgettext_lazy("accusative", "group")
    delete_selected_title = _("Delete selected groups")
    filter_horizontal = ()
    sortable_by: ClassVar[tuple[str, ...]] = ("name",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Superusers only: anyone who may change a group could grant themselves its rights."""
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)
