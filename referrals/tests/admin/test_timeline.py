"""A user's page shows their history, newest first."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from referrals.models import Activation
from users.limits.policy import GUESSES_PER_PHONE
from users.models import User
from users.tests.failures import fail

pytestmark = pytest.mark.django_db
USERS = "/admin/users/user/"


@pytest.fixture
def desk(client, staff):
    client.force_login(staff)
    return client


def told(desk, user, language="en") -> list[str]:
    page = desk.get(f"{USERS}{user.pk}/change/", headers={"Accept-Language": language})
    lines = re.findall(
        r'<li class="flex gap-2 items-start">(.*?)</li>', page.content.decode(), re.S
    )
    plain = [re.sub(r"<time.*?</time>|<[^>]+>", " ", line) for line in lines]
    return [re.sub(r"\s+", " ", line).strip() for line in plain]


def test_logins_activations_bans_and_failures_are_told(desk, join, friend, as_user, staff):
    user = join(phone="+79161234567", date_joined=timezone.now() - timedelta(days=1))
    as_user(user).activate(friend.invite_code.value)
    as_user(friend).activate(user.invite_code.value)
    fail(GUESSES_PER_PHONE, 2, user.phone)
    desk.post(f"{USERS}{user.pk}/ban-user/")
    desk.post(f"{USERS}{user.pk}/unban-user/")
    lines = told(desk, user)
    for words in (
        f"Activated the code {friend.invite_code.value}",
        f"Invited {friend}",
        "2 failed attempts",
        f"Banned – {staff}",
        f"Unbanned – {staff}",
        "Session ended: ",
    ):
        assert any(words in line for line in lines), (words, lines)
    assert "Account created" in lines[-1]
    assert "Unbanned" in lines[0]


def test_each_line_has_one_time(desk, user, as_user):
    as_user(user)
    page = desk.get(f"{USERS}{user.pk}/change/").content.decode()
    lines = re.findall(r'<li class="flex gap-2 items-start">(.*?)</li>', page, re.S)
    assert [line.count("<time") for line in lines] == [1, 1]


def test_it_speaks_russian(desk, user):
    desk.post(f"{USERS}{user.pk}/ban-user/")
    lines = " ".join(told(desk, user, "ru"))
    assert "Заблокирован" in lines
    assert "Аккаунт создан" in lines


def test_it_costs_the_same_however_long(desk, join, user, as_user, django_assert_max_num_queries):
    for _ in range(35):
        as_user(join()).activate(user.invite_code.value)
        as_user(user)
    with django_assert_max_num_queries(24):
        assert len(told(desk, user)) == 30
    assert Activation.objects.count() == 35


def test_what_staff_did_to_somebody_deleted_names_nobody(desk, user):
    desk.post(f"{USERS}{user.pk}/ban-user/")
    desk.post(f"{USERS}{user.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=user.pk).exists()
    assert user.phone not in desk.get("/admin/").content.decode()
