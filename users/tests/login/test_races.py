"""Real threads; each test asserts exact counts."""

import pytest
from django.apps import apps
from django.db import connection

from config.tests.api_client import Client, error
from config.tests.factories import HERE
from users.clients import Client as Asker
from users.limits.alarm import GUESSES
from users.limits.policy import (
    BUDGET,
    GUESSES_PER_NETWORK,
    GUESSES_PER_PHONE,
    GUESSES_PER_SITE,
    MESSAGES_PER_NETWORK,
    MESSAGES_PER_PHONE,
    Pair,
)
from users.login.attempts import take_code
from users.models import Challenge, Session, User
from users.sessions.lifecycle import open_session
from users.sessions.tokens import pair
from users.tests.browsing import wrong
from users.tests.counts import counted, used
from users.tests.failures import fail

MANY = 32
ADDRESS, NETWORK, SITE = "2001:db8:1:2::3", "2001:db8:1:2::/64", "2001:db8:1::/48"
InviteCode = apps.get_model("referrals", "InviteCode")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ticket(phone):
    return Client(ADDRESS).request_code(phone).json()["ticket"]


@pytest.fixture
def code(ticket, sent_code):
    return sent_code()


def charges(phone):
    return [
        used(GUESSES_PER_NETWORK, NETWORK),
        used(GUESSES_PER_SITE, SITE),
        used(GUESSES_PER_PHONE, phone),
        counted(GUESSES),
    ]


def others(code, count=MANY):
    """Different wrong codes."""
    return [f"{(int(code) + step) % 10_000:04}" for step in range(1, count + 1)]


def test_parallel_requests_send_one_code(at_once, phone, sms_outbox):
    answers = at_once(lambda _: Client(ADDRESS).request_code(phone), range(MANY))
    assert sorted(answer.status_code for answer in answers) == [200] + [429] * (MANY - 1)
    assert {error(a) for a in answers if a.status_code == 429} == {"code_recently_sent"}
    assert len(sms_outbox) == Challenge.objects.count() == counted(BUDGET) == 1
    assert used(MESSAGES_PER_PHONE, phone) == used(MESSAGES_PER_NETWORK, NETWORK) == 1


def test_parallel_networks_send_exactly_what_a_phone_may_have(at_once, phone, sms_outbox):
    answers = at_once(lambda n: Client(f"10.0.0.{n}").request_code(phone), range(MANY))
    assert [answer.status_code for answer in answers].count(200) == 10
    assert {error(a) for a in answers if a.status_code != 200} == {"too_many_codes"}
    assert len(sms_outbox) == Challenge.objects.count() == counted(BUDGET) == 10
    refunded = [used(MESSAGES_PER_NETWORK, f"10.0.0.{n}") for n in range(MANY)]
    assert sum(refunded) == used(MESSAGES_PER_PHONE, phone) == 10


def test_both_doors_asking_at_once_send_one_message(at_once, phone, ticket, code, sms_outbox):
    for _ in range(3):
        Client(ADDRESS).confirm(phone, wrong(code))
        Client().confirm(phone, wrong(code), ticket=ticket)
    more = [{"ticket": ticket} if n % 2 else {} for n in range(MANY)]
    answers = at_once(lambda one: Client(ADDRESS).request_code(phone, **one), more)
    assert [answer.status_code for answer in answers].count(200) == 1
    assert len(sms_outbox) == 2
    assert used(MESSAGES_PER_PHONE, phone) == 2


@pytest.mark.parametrize("door", ["ticket", "network"])
def test_of_parallel_right_codes_one_logs_in_and_one_gives_back(at_once, phone, ticket, code, door):
    for limit, who in (
        (GUESSES_PER_NETWORK, NETWORK),
        (GUESSES_PER_SITE, SITE),
        (GUESSES_PER_PHONE, phone),
    ):
        fail(limit, 2, who)
    more = {"ticket": ticket} if door == "ticket" else {}
    answers = at_once(lambda _: Client(ADDRESS).confirm(phone, code, **more), range(MANY))
    assert [answer.status_code for answer in answers].count(200) == 1
    assert {error(a) for a in answers if a.status_code != 200} <= {
        "invalid_code",
        "too_many_attempts",
    }
    assert User.objects.count() == InviteCode.objects.count() == Session.objects.count() == 1
    assert not Challenge.objects.exists()
    assert charges(phone) == [2, 2, 2, 0]


@pytest.mark.parametrize("door", ["ticket", "network"])
def test_parallel_wrong_codes_take_exactly_three_attempts(at_once, phone, ticket, code, door):
    more = {"ticket": ticket} if door == "ticket" else {}
    answers = at_once(lambda typed: Client(ADDRESS).confirm(phone, typed, **more), others(code))
    told = [error(answer) for answer in answers]
    assert (told.count("invalid_code"), told.count("too_many_attempts")) == (3, MANY - 3)
    left = [a.json()["meta"].get("attempts_left") for a in answers if a.status_code == 400]
    assert sorted(left) == [0, 1, 2]
    assert charges(phone) == [3] * 4
    assert not User.objects.exists()


def test_wrong_codes_by_ticket_from_many_networks_take_exactly_three_attempts(
    at_once, phone, ticket, code
):
    answers = at_once(
        lambda typed: Client(f"10.1.{typed[:2]}.1").confirm(phone, typed, ticket=ticket),
        others(code),
    )
    assert [answer.status_code for answer in answers].count(400) == 3
    assert used(GUESSES_PER_PHONE, phone) == counted(GUESSES) == 3


def test_many_challenges_of_one_phone_meet_six_guesses(at_once, phone, sms_outbox):
    places = [f"10.2.0.{n}" for n in range(10)]
    assert [Client(place).request_code(phone).status_code for place in places] == [200] * 10
    typed = [wrong(message.text.rpartition("#")[2]) for message in sms_outbox]
    answers = at_once(lambda n: Client(places[n % 10]).confirm(phone, typed[n % 10]), range(MANY))
    assert [answer.status_code for answer in answers].count(400) == 6
    assert used(GUESSES_PER_PHONE, phone) == counted(GUESSES) == 6
    assert sum(used(GUESSES_PER_NETWORK, place) for place in places) == 6
    assert sum(Challenge.objects.values_list("network_charged", flat=True)) == 6


def test_of_two_right_attempts_charged_before_either_is_used_one_wins(phone, ticket, code):
    here = Asker.at(ADDRESS)
    first, second = take_code(phone, code, here), take_code(phone, code, here)
    assert (first.left, second.left) == (2, 1)
    assert first.challenge.use() == 2
    assert second.challenge.use() is None


def test_first_logins_of_one_phone_make_one_user(at_once, phone, sms_outbox):
    """Each has its own challenge; the invite code, too, is drawn only once."""
    places = [f"10.3.0.{n}" for n in range(10)]
    for place in places:
        assert Client(place).request_code(phone).status_code == 200
    codes = [message.text.rpartition("#")[2] for message in sms_outbox]
    fives = list(zip(places, codes, strict=True))[:5]  # so that the phone's six guesses suffice
    answers = at_once(lambda one: Client(one[0]).confirm(phone, one[1]), fives)
    assert [answer.status_code for answer in answers] == [200] * 5
    assert [answer.json()["is_new_user"] for answer in answers].count(True) == 1
    assert User.objects.count() == InviteCode.objects.count() == 1
    assert Session.objects.count() == 5
    assert used(GUESSES_PER_PHONE, phone) == 0


def test_one_refresh_token_rotates_once(at_once, user):
    session = open_session(user, HERE)
    token = pair(session)["refresh"]
    answers = at_once(lambda _: Client().refresh(token), range(MANY))
    assert [answer.status_code for answer in answers] == [200] * MANY
    assert len({answer.content for answer in answers}) == 1
    session.refresh_from_db()
    assert session.counter == 1


def test_two_sides_of_a_stolen_token_end_the_session(at_once, user):
    token = pair(open_session(user, HERE))["refresh"]
    Session.objects.update(counter=2)
    answers = at_once(lambda _: Client().refresh(token), range(MANY))
    assert {error(answer) for answer in answers} == {"token_not_valid"}
    assert Session.objects.get().ended_at


def test_a_logout_beats_every_refresh_after_it(at_once, user, as_user):
    client = as_user(user)
    client.call("POST", "auth/logout/")
    answers = at_once(lambda _: Client().refresh(client.refresh_token), range(MANY))
    assert {error(answer) for answer in answers} == {"token_not_valid"}


def test_charging_and_giving_back_at_once_lock_nobody_out(at_once, phone):
    """Chains lock rows in one order, refunds one at a time: no deadlock."""
    asker = Pair(phone, Asker.at(ADDRESS), known=False)
    limits = [*asker.message_limits(), *asker.guess_limits()]
    for limit, who in limits:
        limit.take(who)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE users_limit")  # so few rows are found in no order

    def charge_and_give_back(number):
        client = Client(ADDRESS)
        for _ in range(10):
            if number % 2:
                for limit, who in reversed(limits):
                    limit.refund(who)
            else:
                client.request_code(phone)
                client.confirm(phone, "0000")

    assert at_once(charge_and_give_back, range(16)) == [None] * 16
