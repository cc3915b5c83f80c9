"""The number of statements per call, BEGIN and COMMIT included; more is a regression."""

from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.tests.api_client import Client
from config.tests.factories import invitees
from users.limits import alarm, policy
from users.tests.browsing import wrong

pytestmark = pytest.mark.django_db


@pytest.fixture
def queries(django_assert_num_queries):
    """Asserts a number of statements; a chain is one on PostgreSQL, a transaction on SQLite."""

    def expect(number, *, postgresql=None):
        other = connection.vendor == "postgresql" and postgresql
        return django_assert_num_queries(other or number)

    return expect


@pytest.fixture(autouse=True)
def leased(db):
    """Lease lots of the quotas in advance, which one request in twenty would do otherwise."""
    for quota in (policy.BUDGET, policy.STRANGERS_BUDGET, alarm.GUESSES):
        assert quota.take()


@pytest.fixture
def round_trips(db):
    """The number of statements of a call; a chain counts as one on SQLite, too."""

    @contextmanager
    def exactly(count):
        with CaptureQueriesContext(connection) as captured:
            yield
        sent = [one["sql"] for one in captured]
        if connection.vendor == "sqlite":
            sent = in_chains(sent)
        assert len(sent) == count, "\n".join(sent)

    return exactly


def in_chains(sent):
    """The statements, with each transaction or savepoint of several counted as one."""
    joined, depth = [], 0
    for text in sent:
        if text.startswith(("BEGIN", "SAVEPOINT")):
            depth += 1
            if depth == 1:
                joined.append(text)
        elif text.startswith(("COMMIT", "RELEASE")):
            depth -= 1
        elif depth:
            joined[-1] += f"; {text}"
        else:
            joined.append(text)
    return joined


@pytest.mark.parametrize("address", ["10.0.0.1", "2001:db8::1"])
@pytest.mark.parametrize("with_ticket", [False, True])
def test_sending_a_code_takes_two_round_trips(
    phone, round_trips, time_machine, address, with_ticket
):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    client = Client(address)
    assert client.request_code("+79160009999").status_code == 200  # leases the lots
    with round_trips(2):
        ticket = client.request_code(phone).json()["ticket"]
    with round_trips(1):
        assert client.request_code(phone).status_code == 429
    time_machine.shift(60)
    with round_trips(2):
        more = {"ticket": ticket} if with_ticket else {}
        assert client.request_code(phone, **more).status_code == 200


@pytest.mark.parametrize("address", ["10.0.0.1", "2001:db8::1"])
def test_a_wrong_code_takes_two_round_trips_and_one_at_no_challenge_one(
    phone, round_trips, sent_code, address
):
    client = Client(address)
    with round_trips(1):
        assert client.confirm(phone, "0000").status_code == 400
    client.request_code(phone)
    with round_trips(2):
        assert client.confirm(phone, wrong(sent_code())).status_code == 400
    with round_trips(1):
        assert client.confirm(phone, "123").status_code == 400


def test_a_first_login(anyone, phone, sent_code, queries):
    anyone.request_code(phone)
    with queries({"sqlite": 22, "postgresql": 15}[connection.vendor]):
        assert anyone.confirm(phone, sent_code()).json()["is_new_user"] is True


def test_a_later_login(anyone, user, sent_code, queries):
    anyone.request_code(user.phone)
    with queries({"sqlite": 16, "postgresql": 9}[connection.vendor]):
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


def test_changing_the_phone(me, phone, sent_code, queries):
    me.request_code(phone)
    with queries({"sqlite": 23, "postgresql": 16}[connection.vendor]):
        assert me.change_phone(phone, sent_code()).json()["phone"] == phone


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
    assert abs(len(me.profile().content) - small) < 10  # except for the digits of the count


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
