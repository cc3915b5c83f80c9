"""Real server processes on a real database; each test asserts exact counts."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection  # noqa: F401  # for skipif

from config.tests.product import running
from referrals.models import Activation, InviteCode
from users.models import Session, User

MANY = 32
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(function, arguments):
    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(function, arguments))


@pytest.fixture
def server(transactional_db):
    with running(WEB_CONCURRENCY="4") as one:
        yield one


def test_four_processes_log_one_code_in_once(server):
    body = {"phone": "+79161230001"}
    _, sent = server.call("POST", "/api/v1/auth/code/", body)
    body["code"] = sent["code"]
    answers = at_once(lambda _: server.call("POST", "/api/v1/auth/token/", body), range(MANY))
    assert [status for status, _ in answers].count(200) == 1
    assert {status for status, _ in answers} <= {200, 400, 429}
    assert User.objects.count() == InviteCode.objects.count() == Session.objects.count() == 1


def test_four_processes_count_exactly_three_wrong_tries(server):
    body = {"phone": "+79161230002"}
    _, sent = server.call("POST", "/api/v1/auth/code/", body)
    guesses = [f"{(int(sent['code']) + n) % 10_000:04}" for n in range(1, MANY + 1)]
    answers = at_once(
        lambda code: server.call("POST", "/api/v1/auth/token/", {**body, "code": code}), guesses
    )
    assert [status for status, _ in answers].count(400) == 3
    assert [status for status, _ in answers].count(429) == MANY - 3


def test_four_processes_send_one_code(server):
    body = {"phone": "+79161230003"}
    answers = at_once(lambda _: server.call("POST", "/api/v1/auth/code/", body), range(MANY))
    assert [status for status, _ in answers].count(200) == 1


def test_four_processes_grant_exactly_the_budget_of_an_address(server):
    answers = at_once(
        lambda n: server.call(
            "POST", "/api/v1/auth/code/", {"phone": f"+7916124{n:04}"}, address="203.0.113.5"
        ),
        range(MANY),
    )
    assert [status for status, _ in answers].count(200) == 20


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
    """Two processes that waited would need 350 s for these, and answer nothing meanwhile."""
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
