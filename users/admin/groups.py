"""Groups of staff, dressed as the rest of the admin."""

from typing import ClassVar

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group

from users.admin.lists import BoundedAdmin

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, BoundedAdmin):  # type: ignore[misc]
    """What the members of a group may do."""

    filter_horizontal = ()
    sortable_by: ClassVar[tuple[str, ...]] = ("name",)
