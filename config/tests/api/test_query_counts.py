"""How many statements each call takes, transaction marks included; more is a regression."""

import pytest
from django.db import connection

from config.tests.factories import invitees

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_sweeps")]


@pytest.fixture
def queries(django_assert_num_queries):
    """So many; a chain is one statement on PostgreSQL, and on SQLite a transaction of several."""

    def expect(number, *, postgresql=None):
        other = connection.vendor == "postgresql" and postgresql
        return django_assert_num_queries(other or number)

    return expect


def test_sending_a_code(anyone, phone, queries):
    anyone.request_code("+79160009999")  # the estimates are fresh now
    with queries(6, postgresql=2):  # a look, and a chain: network, phone, challenge
        assert anyone.request_code(phone).status_code == 200


def test_a_first_login(anyone, phone, sent_code, queries):
    anyone.request_code(phone)
    with queries(21, postgresql=17):
        assert anyone.confirm(phone, sent_code()).json()["is_new_user"] is True


def test_a_later_login(anyone, user, sent_code, queries):
    anyone.request_code(user.phone)
    with queries(16, postgresql=12):
        assert anyone.confirm(user.phone, sent_code()).json()["is_new_user"] is False


def test_a_refresh(anyone, as_user, user, queries):
    token = as_user(user).refresh_token
    with queries(2):
        assert anyone.refresh(token).status_code == 200


def test_checking_a_token(anyone, as_user, user, queries):
    token = as_user(user).refresh_token
    with queries(1):
        answer = anyone.call("POST", "auth/token/verify/", {"token": token})
    assert answer.status_code == 200


def test_logging_out(me, queries):
    with queries(2):
        assert me.call("POST", "auth/logout/").status_code == 204


def test_listing_sessions(me, as_user, user, queries):
    for _ in range(5):
        as_user(user)
    with queries(2):
        assert len(me.call("GET", "auth/sessions/").json()) == 6


def test_changing_a_name(me, queries):
    with queries(3):
        answer = me.call("PATCH", "profile/", {"first_name": "Anna"})
    assert answer.json()["first_name"] == "Anna"


def test_activating(me, friend, queries):
    code = friend.invite_code.value
    with queries(10, postgresql=7):
        assert me.activate(code).status_code == 200


@pytest.mark.parametrize("count", [0, 1, 50, 10_000])
def test_a_profile_takes_one_statement_whatever_the_number_of_invitees(me, user, queries, count):
    invitees(user, count)
    with queries(1):
        answer = me.profile().json()
    assert answer["invitees_count"] == count
    assert len(answer["invitees"]) == min(count, 50)
    assert (answer["invitees_next"] is not None) == (count > 50)


def test_a_profile_stops_growing_at_fifty_invitees(me, user):
    invitees(user, 51)
    small = len(me.profile().content)
    invitees(user, 10_000)
    assert abs(len(me.profile().content) - small) < 10  # but for the digits of the count


def test_a_page_of_invitees(me, user, queries):
    invitees(user, 300)
    page = "profile/invitees/?limit=100"
    for _ in range(3):
        with queries(2):
            answer = me.call("GET", page).json()
        assert len(answer["results"]) == 100
        page = answer["next"]
    assert page is None


def test_the_list_of_all_users(staff, as_user, user, queries):
    invitees(user, 300)
    client = as_user(staff)
    for search in ("", f"?search={user.phone}", "?search=999", "?search=7K2M9X"):
        with queries(2):
            assert client.call("GET", f"profiles/{search}").status_code == 200


def test_one_user_for_staff(staff, as_user, user, queries):
    client = as_user(staff)
    with queries(2):
        assert client.call("GET", f"profiles/{user.pk}/").json()["phone"] == user.phone
