"""Only superusers can grant rights and set passwords, by any form, action or URL."""

import pytest
from django.contrib.auth.models import Group, Permission

from users.models import Session, User

pytestmark = pytest.mark.django_db
USERS, GROUPS, SESSIONS = "/admin/users/user/", "/admin/auth/group/", "/admin/users/session/"
RIGHTS = {"is_active": "on", "is_staff": "on", "is_superuser": "on", "first_name": "Anna"}
PASSWORD = {"usable_password": "true", "password1": "long-enough-7", "password2": "long-enough-7"}


def rights_of(*people: User) -> list[tuple]:
    for person in people:
        person.refresh_from_db()
    return [
        (one.is_active, one.is_staff, one.is_superuser, one.password, one.phone) for one in people
    ]


def test_the_user_page_gives_nobody_rights(helper, staff, user, client):
    before = rights_of(helper, staff, user)
    right = Permission.objects.get(codename="export_user")
    form = {**RIGHTS, **PASSWORD, "phone": "+79161110000", "user_permissions": [right.pk]}
    assert client.post(f"{USERS}{user.pk}/change/", form).status_code == 302
    for person in (helper, staff):
        assert client.post(f"{USERS}{person.pk}/change/", form).status_code == 403
    assert rights_of(helper, staff, user) == before
    assert user.first_name == "Anna"
    assert not user.user_permissions.exists()


def test_the_add_form_gives_neither_rights_nor_a_password(helper, client):
    text = client.get(f"{USERS}add/").content.decode()
    assert "password1" not in text
    form = {**RIGHTS, **PASSWORD, "phone": "+79265554433"}
    assert client.post(f"{USERS}add/", form).status_code == 302
    added = User.objects.get(phone="+79265554433")
    assert not added.has_usable_password()
    assert not added.check_password("long-enough-7")
    assert (added.is_staff, added.is_superuser) == (False, False)


def test_the_password_page_is_for_superusers(helper, user, staff, client):
    before = rights_of(helper, staff, user)
    for person in (user, helper, staff):
        page = f"{USERS}{person.pk}/password/"
        assert client.get(page).status_code == 403
        assert client.post(page, PASSWORD).status_code == 403
    assert rights_of(helper, staff, user) == before


def test_other_staff_are_neither_deleted_nor_banned_nor_logged_out(helper, staff, client, as_user):
    api = as_user(staff)
    client.post(f"{USERS}{staff.pk}/delete/", {"post": "yes"})
    for action in ("ban", "end_sessions", "delete_selected"):
        form = {"action": action, "_selected_action": [staff.pk], "post": "yes"}
        client.post(USERS, form)
    session = Session.objects.get(user=staff)
    client.post(f"{SESSIONS}{session.pk}/delete/", {"post": "yes"})
    form = {"action": "delete_selected", "_selected_action": [session.pk], "post": "yes"}
    client.post(SESSIONS, form)
    staff.refresh_from_db()
    assert staff.is_active
    assert api.profile().status_code == 200


def test_groups_are_seen_by_staff_and_changed_by_superusers(helper, client, desk_of_superuser):
    group = Group.objects.create(name="Support")
    page = f"{GROUPS}{group.pk}/"
    right = Permission.objects.get(codename="export_user")
    form = {"name": "Bosses", "permissions": [right.pk]}
    assert client.get(f"{page}change/").status_code == 200
    assert client.post(f"{page}change/", form).status_code == 403
    assert client.post(f"{GROUPS}add/", form).status_code == 403
    assert client.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    action = {"action": "delete_selected", "_selected_action": [group.pk], "post": "yes"}
    client.post(GROUPS, action)
    assert (Group.objects.get().name, group.permissions.count()) == ("Support", 0)
    assert desk_of_superuser.post(f"{page}change/", form).status_code == 302
    assert Group.objects.get().name == "Bosses"


@pytest.fixture
def desk_of_superuser(client, staff):
    """A second browser, of a superuser."""
    browser = type(client)()
    browser.force_login(staff)
    return browser
