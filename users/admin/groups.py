"""Staff roles: Django's groups in the style of the rest of the admin."""

from typing import ClassVar

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
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
