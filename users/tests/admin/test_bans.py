"""A ban ends all sessions, however it is set, and lifting it revives none."""

import logging

import pytest

from users.models import Session

pytestmark = pytest.mark.django_db
USERS = "/admin/users/user/"


def by_checkbox(desk, user, *, banned):
    form = {"phone": user.phone, **({} if banned else {"is_active": "on"})}
    return desk.post(f"{USERS}{user.pk}/change/", form)


def by_list(desk, user, *, banned):
    form = {"action": "ban" if banned else "unban", "_selected_action": [user.pk]}
    return desk.post(USERS, form)


def by_button(desk, user, *, banned):
    name = "ban-user" if banned else "unban-user"
    return desk.post(f"{USERS}{user.pk}/{name}/", {"_form_submitted": "True"})


WAYS = pytest.mark.parametrize("change", [by_checkbox, by_list, by_button])


@WAYS
def test_a_ban_ends_sessions_and_lifting_it_revives_none(desk, user, as_user, change):
    thief = as_user(user)
    assert change(desk, user, banned=True).status_code in (200, 302)
    assert thief.profile().status_code == 401
    assert Session.objects.get(user=user).ended_at
    change(desk, user, banned=False)
    user.refresh_from_db()
    assert user.is_active
    assert thief.profile().status_code == 401
    assert thief.refresh(thief.refresh_token).status_code == 401
    assert as_user(user).profile().status_code == 200


@WAYS
def test_a_ban_and_its_lifting_end_the_admin_too(desk, client, join, change):
    colleague, theirs = join(is_staff=True), type(client)()
    theirs.force_login(colleague)
    assert theirs.get("/admin/").status_code == 200
    change(desk, colleague, banned=True)
    assert theirs.get("/admin/").status_code == 302
    colleague.is_active = colleague.is_staff = True
    colleague.save()
    assert theirs.get("/admin/").status_code == 302


@WAYS
def test_bans_are_in_the_security_log(desk, user, staff, caplog, change, commits):
    caplog.set_level(logging.INFO, "users.security")
    for banned in (True, False):
        with commits():
            change(desk, user, banned=banned)
    logged = [(one.event, one.user, one.by) for one in caplog.records if hasattr(one, "by")]
    assert logged == [("user banned", user.pk, staff.pk), ("user unbanned", user.pk, staff.pk)]


@WAYS
def test_nobody_bans_themselves(desk, staff, change):
    change(desk, staff, banned=True)
    staff.refresh_from_db()
    assert staff.is_active


def test_saving_a_user_without_touching_the_box_ends_nothing(desk, user, as_user):
    theirs = as_user(user)
    by_checkbox(desk, user, banned=False)
    assert theirs.profile().status_code == 200


def test_ending_all_sessions_ends_the_admin_too(desk, client, join):
    colleague, theirs = join(is_staff=True), type(client)()
    theirs.force_login(colleague)
    form = {"action": "end_sessions", "_selected_action": [colleague.pk]}
    desk.post(USERS, form)
    assert theirs.get("/admin/").status_code == 302
    theirs.force_login(colleague)
    assert theirs.get("/admin/").status_code == 200


def test_an_admin_login_is_among_the_devices_and_can_be_ended_there(client, staff, as_user):
    client.force_login(staff)
    api = as_user(staff)
    sessions = api.call("GET", "auth/sessions/").json()
    (other,) = [one for one in sessions if not one["current"]]
    assert api.call("DELETE", f"auth/sessions/{other['id']}/").status_code == 204
    assert client.get("/admin/").status_code == 302


def test_logging_out_of_the_admin_ends_its_session(client, staff):
    client.force_login(staff)
    client.post("/admin/logout/")
    assert Session.objects.get(user=staff).ended_at
