"""Logged-in staff."""

import pytest
from django.contrib.auth.models import Permission


@pytest.fixture
def desk(client, staff):
    """A browser in which `staff`, a superuser, is logged in to the admin."""
    client.force_login(staff)
    return client


@pytest.fixture
def helper(join, client):
    """Staff with all rights on users, groups, sessions and limits, but not a superuser."""
    person = join(is_staff=True, password="only-for-tests-2")
    person.user_permissions.set(
        Permission.objects.filter(content_type__app_label__in=("users", "auth"))
    )
    client.force_login(person)
    return person
