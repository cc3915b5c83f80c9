import re

import pytest
from django.contrib.auth.models import Permission

from users.limits.policy import GUESSES_PER_PHONE, LONG, digits_for
from users.managers import uuid7
from users.tests.failures import fail

pytestmark = pytest.mark.django_db
USERS = "/admin/users/user/"


def buttons(client, user) -> set[str]:
    text = client.get(f"{USERS}{user.pk}/change/").content.decode()
    return set(re.findall(rf'hx-get="{USERS}{user.pk}/([a-z-]+)/"', text))


def test_a_ban_asks_first_and_closes_all_doors(desk, user, as_user):
    client = as_user(user)
    question = desk.get(f"{USERS}{user.pk}/ban-user/")
    assert "All sessions end now" in question.content.decode()
    assert client.profile().status_code == 200, "nothing is done by GET"
    answer = desk.post(f"{USERS}{user.pk}/ban-user/")
    assert answer.url == f"{USERS}{user.pk}/change/"
    assert client.profile().status_code == 401
    desk.post(f"{USERS}{user.pk}/unban-user/")
    assert as_user(user).profile().status_code == 200


def test_sessions_are_ended(desk, user, as_user):
    client = as_user(user)
    desk.post(f"{USERS}{user.pk}/end-their-sessions/")
    assert client.profile().status_code == 401
    user.refresh_from_db()
    assert user.is_active


def test_guesses_are_forgotten(desk, user):
    fail(GUESSES_PER_PHONE, 6, user.phone)
    desk.post(f"{USERS}{user.pk}/forget-their-guesses/")
    assert LONG not in digits_for(user.phone)


def test_the_page_has_the_buttons_that_change_something(desk, user):
    always = {"end-their-sessions", "forget-their-guesses"}
    assert buttons(desk, user) == {"ban-user", *always}
    user.is_active = False
    user.save()
    assert buttons(desk, user) == {"unban-user", *always}


def test_nobody_bans_themselves(desk, staff):
    desk.post(f"{USERS}{staff.pk}/ban-user/")
    staff.refresh_from_db()
    assert staff.is_active


def test_a_ban_ends_the_admin_for_staff(desk, client, join):
    colleague = join(is_staff=True, is_superuser=True)
    theirs = type(client)()
    theirs.force_login(colleague)
    assert theirs.get("/admin/").status_code == 200
    desk.post(f"{USERS}{colleague.pk}/ban-user/")
    assert theirs.get("/admin/").status_code == 302


def test_staff_without_all_rights_press_nothing_on_other_staff(client, join, staff, as_user):
    helper = join(is_staff=True)
    helper.user_permissions.set(
        Permission.objects.filter(codename__in=("view_user", "change_user"))
    )
    client.force_login(helper)
    session = as_user(staff)
    fail(GUESSES_PER_PHONE, 6, staff.phone)
    assert buttons(client, staff) == set()
    for name in ("ban-user", "end-their-sessions", "forget-their-guesses"):
        client.post(f"{USERS}{staff.pk}/{name}/")
    client.post(USERS, {"action": "forget_guesses", "_selected_action": [staff.pk]})
    assert session.profile().status_code == 200
    assert LONG in digits_for(staff.phone)
    staff.refresh_from_db()
    assert staff.is_active


def test_who_may_only_look_presses_nothing(client, join, user, as_user):
    watcher = join(is_staff=True)
    watcher.user_permissions.set(Permission.objects.filter(codename="view_user"))
    client.force_login(watcher)
    assert buttons(client, user) == set()
    for name in ("ban-user", "unban-user", "end-their-sessions", "forget-their-guesses"):
        assert client.post(f"{USERS}{user.pk}/{name}/").status_code == 403
    user.refresh_from_db()
    assert user.is_active


def test_an_unknown_user_has_no_buttons(desk):
    for pk in ("999999999", uuid7()):
        assert desk.get(f"{USERS}{pk}/change/").status_code == 302
        assert desk.post(f"{USERS}{pk}/ban-user/").status_code == 302


@pytest.mark.parametrize(
    ("name", "colour"),
    [
        ("ban-user", "bg-red-600"),
        ("end-their-sessions", 'class="[^"]* warning"'),
        ("forget-their-guesses", "bg-primary-600"),
    ],
)
def test_a_question_is_a_page_that_names_the_phone_in_the_colour_of_its_danger(
    desk, join, name, colour
):
    user = join(phone="+79161234567")
    text = desk.get(f"{USERS}{user.pk}/{name}/").content.decode()
    assert "<title>" in text
    dialog = text[text.index('id="dialog"') :]
    assert "+7 916 123-45-67?" in dialog
    assert re.search(colour, dialog)


def test_a_ban_is_seen_on_the_page(desk, user):
    assert "active" in badge(desk, user)
    desk.post(f"{USERS}{user.pk}/ban-user/")
    assert "banned" in badge(desk, user)


def badge(client, user) -> str:
    text = client.get(f"{USERS}{user.pk}/change/").content.decode()
    return re.search(r"rounded-default text-\[11px\][^>]*>\s*(\w+)", text, re.DOTALL)[1]
