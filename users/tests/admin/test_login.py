from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from users.admin import hashing
from users.clients import Client
from users.limits.policy import PASSWORDS_PER_NETWORK
from users.models import Session, User
from users.sessions.lifecycle import open_session

pytestmark = pytest.mark.django_db
RIGHT, HOME = "only-for-tests-1", "198.51.100.7"


@pytest.fixture
def enter(client):
    """Tries to log in to the admin; returns the status."""

    def attempt(phone: str, password: str = "wrong", address: str = HOME) -> int:
        form = {"username": phone, "password": password}
        return client.post("/admin/login/", form, REMOTE_ADDR=address).status_code

    return attempt


@pytest.fixture
def at_home(staff) -> User:
    """Makes `HOME` a known network of staff, who logged in there two days ago."""
    session = open_session(staff, Client.at(HOME))
    Session.objects.filter(pk=session.pk).update(created_at=timezone.now() - timedelta(days=2))
    return staff


def test_beyond_ten_wrong_passwords_a_network_is_told_when_to_come_back(client, enter, staff):
    assert [enter("+79161110000") for _ in range(10)] == [200] * 10
    form = {"username": staff.phone, "password": RIGHT}
    answer = client.post("/admin/login/", form, REMOTE_ADDR=HOME)
    assert answer.status_code == 429
    assert 50 < int(answer.headers["Retry-After"]) <= 60
    assert f"Try again in {answer.headers['Retry-After']} seconds." in answer.content.decode()
    assert enter(staff.phone, RIGHT, "198.51.100.8") == 302


def test_a_phone_has_ten_wrong_passwords_from_all_unknown_networks(enter, staff):
    addresses = [f"203.0.113.{number}" for number in range(11)]
    statuses = [enter(staff.phone, address=address) for address in addresses]
    assert statuses == [200] * 10 + [429]
    assert enter(staff.phone, RIGHT, "203.0.113.99") == 429


def test_a_site_has_thirty(enter):
    tries = [(f"+7916111{n:04}", f"2001:db8:1:{n:x}::1") for n in range(31)]
    statuses = [enter(phone, address=address) for phone, address in tries]
    assert statuses == [200] * 30 + [429]
    assert enter("+79161119999", address="2001:db8:2::1") == 200


def test_nobody_elsewhere_keeps_staff_out_who_are_at_home(enter, at_home):
    for number in range(12):
        enter(at_home.phone, address=f"203.0.113.{number}")
    assert enter(at_home.phone, RIGHT, "203.0.113.99") == 429
    assert enter(at_home.phone, RIGHT) == 302


def test_nobody_at_home_keeps_staff_out_by_guessing_at_others(enter, at_home):
    for number in range(12):
        enter(f"+7916111{number:04}")
    assert enter("+79161119999") == 429
    assert enter(at_home.phone, RIGHT) == 302


def test_whoever_shares_the_home_has_ten_passwords(enter, at_home):
    assert [enter(at_home.phone) for _ in range(11)] == [200] * 10 + [429]


def test_a_network_is_known_from_the_second_day(enter, staff):
    open_session(staff, Client.at(HOME))
    for number in range(10):
        enter(staff.phone, address=f"203.0.113.{number}")
    assert enter(staff.phone, RIGHT) == 429


def test_right_passwords_cost_nothing(enter, staff):
    assert [enter(staff.phone, RIGHT) for _ in range(15)] == [302] * 15


def test_a_login_by_password_is_noted_with_its_time(enter, staff):
    before = timezone.now()
    enter(staff.phone, RIGHT)
    staff.refresh_from_db()
    assert before <= staff.last_login <= timezone.now()


def test_parallel_passwords_are_charged_exactly(at_once):
    from django.test import Client as Visitor

    browsers = [Visitor(REMOTE_ADDR=HOME) for _ in range(20)]

    def attempt(browser):
        form = {"username": "+79161110000", "password": "wrong"}
        return browser.post("/admin/login/", form).status_code

    statuses = at_once(attempt, browsers)
    assert (statuses.count(200), statuses.count(429)) == (10, 10)


def test_a_queue_of_strangers_is_short_and_not_for_those_at_home(enter, at_home, monkeypatch):
    monkeypatch.setattr(hashing, "waiting", lambda: 4)
    assert enter("+79161110000") == 429
    assert enter(at_home.phone, RIGHT) == 302
    monkeypatch.setattr(hashing, "waiting", lambda: 3)
    assert [enter("+79161110000") for _ in range(10)] == [200] * 10, "a refusal costs nothing"


def test_an_empty_form_costs_nothing(client):
    for _ in range(12):
        assert client.post("/admin/login/", {}, REMOTE_ADDR=HOME).status_code == 200
    assert not PASSWORDS_PER_NETWORK.take(HOME)


def test_staff_log_in_by_phone_and_password(client, staff):
    form = {"username": "8" + staff.phone[2:], "password": "only-for-tests-1"}
    answer = client.post("/admin/login/?next=/admin/", form)
    assert (answer.status_code, answer.url) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200


def test_the_login_form_leads_to_the_first_page_or_where_one_came_from(client):
    text = client.get("/admin/login/").content.decode()
    assert 'action="/admin/login/?next=/admin/"' in text
    text = client.get("/admin/login/?next=/admin/users/user/").content.decode()
    assert 'action="/admin/login/?next=/admin/users/user/"' in text


@pytest.mark.parametrize("name", ["nobody", "", "+79160000000", "\0"])
def test_a_wrong_login_is_no_server_error(client, name):
    answer = client.post("/admin/login/", {"username": name, "password": "x"})
    assert answer.status_code == 200


def test_createsuperuser_takes_a_phone_and_a_password(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "long-enough-7")
    call_command("createsuperuser", "--noinput", phone="8 916 555-11-22", verbosity=0)
    user = User.objects.get(phone="+79165551122")
    assert (user.is_staff, user.is_superuser) == (True, True)
    assert user.check_password("long-enough-7")


def test_createsuperuser_refuses_a_bad_phone(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "long-enough-7")
    with pytest.raises(CommandError):
        call_command("createsuperuser", "--noinput", phone="nobody", verbosity=0)
