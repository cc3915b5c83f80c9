"""Real server processes on a real database; each test asserts exact counts."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection  # noqa: F401  # for skipif

from config.tests.product import running
from referrals.models import Activation, InviteCode
from users.limits import alarm, policy
from users.models import Challenge, Counter, Limit, Session, User

MANY = 32
CODE, TOKEN = "/api/v1/auth/code/", "/api/v1/auth/token/"
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(function, arguments):
    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(function, arguments))


@pytest.fixture
def server(transactional_db):
    with running(WEB_CONCURRENCY="4") as one:
        yield one


def ask(server, phone, address="127.0.0.1"):
    """Request a code; returns the body for logging in."""
    status, sent = server.call("POST", CODE, {"phone": phone}, address=address)
    assert status == 200
    return {"phone": phone, "code": sent["code"], "ticket": sent["ticket"]}


def used(limit):
    """How much of a limit is used, for each key."""
    rows = Limit.objects.filter(kind=limit.name).values_list("count", "resets_at")
    return sorted(limit.used_of(*row) for row in rows)


def test_four_processes_log_one_code_in_once_and_give_back_once(server):
    other = ask(server, "+79161230000")
    wrong = f"{(int(other['code']) + 1) % 10_000:04}"
    assert (
        server.call("POST", TOKEN, {**other, "code": wrong})[0] == 400
    )  # stays charged to the network
    body = ask(server, "+79161230001")
    answers = at_once(lambda _: server.call("POST", TOKEN, body), range(MANY))
    assert [status for status, _ in answers].count(200) == 1
    assert {status for status, _ in answers} <= {200, 400, 429}
    assert User.objects.count() == InviteCode.objects.count() == Session.objects.count() == 1
    assert used(policy.GUESSES_PER_NETWORK) == [1]
    assert used(policy.GUESSES_PER_PHONE) == [0, 1]
    assert Challenge.objects.count() == 1


@pytest.mark.parametrize("door", ["ticket", "network"])
def test_four_processes_count_exactly_three_wrong_attempts(server, door):
    body = ask(server, "+79161230002")
    if door == "network":
        del body["ticket"]
    guesses = [f"{(int(body['code']) + n) % 10_000:04}" for n in range(1, MANY + 1)]
    answers = at_once(lambda code: server.call("POST", TOKEN, {**body, "code": code}), guesses)
    codes = [answer["errors"][0]["code"] for _, answer in answers]
    assert (codes.count("invalid_code"), codes.count("too_many_attempts")) == (3, MANY - 3)
    assert used(policy.GUESSES_PER_PHONE) == used(policy.GUESSES_PER_NETWORK) == [3]


def test_four_processes_send_one_code(server):
    body = {"phone": "+79161230003"}
    answers = at_once(lambda _: server.call("POST", CODE, body), range(MANY))
    assert [status for status, _ in answers].count(200) == 1
    assert used(policy.MESSAGES_PER_PHONE) == used(policy.MESSAGES_PER_NETWORK) == [1]


def test_four_processes_send_exactly_what_a_network_may_have(server):
    answers = at_once(
        lambda n: server.call("POST", CODE, {"phone": f"+7916124{n:04}"}, address="203.0.113.5"),
        range(MANY),
    )
    assert [status for status, _ in answers].count(200) == 20
    assert used(policy.MESSAGES_PER_NETWORK) == [20]
    assert used(policy.MESSAGES_PER_PHONE) == [1] * 20


def test_four_processes_send_exactly_what_a_phone_may_have(server):
    answers = at_once(
        lambda n: server.call("POST", CODE, {"phone": "+79161230007"}, address=f"203.0.113.{n}"),
        range(MANY),
    )
    assert [status for status, _ in answers].count(200) == 10
    assert used(policy.MESSAGES_PER_PHONE) == [10]
    assert sum(used(policy.MESSAGES_PER_NETWORK)) == 10


def test_four_processes_compare_no_more_guesses_than_the_alarm_allows(transactional_db):
    """All four processes lease together; each of 60 guesses has its own phone and network."""
    with running(WEB_CONCURRENCY="4", GUESS_ALARM="40/hour,5000/week") as server:
        bodies = [ask(server, f"+7916127{n:04}", address=f"203.0.113.{n}") for n in range(60)]

        def guess(n):
            wrong = f"{(int(bodies[n]['code']) + 1) % 10_000:04}"
            body = {**bodies[n], "code": wrong}
            _, answer = server.call("POST", TOKEN, body, address=f"203.0.113.{n}")
            return answer["errors"][0]["code"]

        told = at_once(guess, range(60))
        assert (told.count("invalid_code"), told.count("too_many_attempts")) == (40, 20)
        assert Counter.objects.get(kind=alarm.GUESSES.kind).count == 40
        assert Limit.objects.filter(key=alarm.KEY).exists()
        _, sent = server.call("POST", CODE, {"phone": "+79161280000"}, address="203.0.114.1")
        assert sent["code_length"] == 8


def test_four_processes_activate_once(server):
    owners = [User.objects.create_user(f"+7916125{n:04}") for n in range(MANY)]
    codes = [
        InviteCode.objects.create(owner=one, value=f"7K{n:02}MX") for n, one in enumerate(owners)
    ]
    access = server.log_in("+79161230004")["access"]
    answers = at_once(
        lambda code: server.call(
            "POST", "/api/v1/profile/activate/", {"invite_code": code.value}, access
        ),
        codes,
    )
    assert [status for status, _ in answers].count(200) == 1
    assert {status for status, _ in answers} <= {200, 409, 429}
    assert Activation.objects.count() == 1
    assert sum(InviteCode.objects.values_list("activations_count", flat=True)) == 1


def test_four_processes_rotate_a_refresh_token_once(server):
    token = server.log_in("+79161230005")["refresh"]
    answers = at_once(
        lambda _: server.call("POST", "/api/v1/auth/token/refresh/", {"refresh": token}),
        range(MANY),
    )
    assert [status for status, _ in answers] == [200] * MANY
    assert len({body["refresh"] for _, body in answers}) == 1
    assert Session.objects.get().counter == 1


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="on PostgreSQL; takes ten seconds")
def test_while_codes_are_sent_nobody_waits(transactional_db):
    """If its two processes blocked, this would take 350 s, with no other answers meanwhile."""
    with running(SMS_DELAY="3-4") as server:
        access = server.log_in("+79161230006")["access"]
        with ThreadPoolExecutor(200) as pool:
            began = time.monotonic()
            sending = [
                pool.submit(
                    server.call,
                    "POST",
                    "/api/v1/auth/code/",
                    {"phone": f"+7916126{n:04}"},
                    address=f"10.9.{n // 200}.{n % 200}",
                )
                for n in range(200)
            ]
            time.sleep(0.5)
            assert server.call("GET", "/api/v1/profile/", access=access)[0] == 200
            assert not any(future.done() for future in sending[-50:]), (
                "the profile waited for codes"
            )
            assert {future.result()[0] for future in sending} == {200}
            assert 3 < time.monotonic() - began < 60
