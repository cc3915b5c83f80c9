"""Requests neither wait for the garbage collector nor need it."""

import pytest

from config.tests.load import ACTIVATE, CODE, PROFILE, once, only_postgresql
from config.tests.product import running
from tools.server import serving

COLLECTING = "config.tests.server.collecting"


@once
def test_workers_collect_only_what_is_their_own():
    with serving(COLLECTING, WEB_CONCURRENCY="1", ready="/healthz") as server:
        assert server.call("GET", PROFILE)[0] == 401
        _, (own, loaded_before) = server.call("GET", "/known")
    assert loaded_before > 50_000
    assert own < 20_000


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_requests_leave_nothing_to_collect():
    """In a burst, collecting took a tenth of a worker's time and stopped it for 0.2 s."""
    with running(application=COLLECTING, ready="/healthz", WEB_CONCURRENCY="1") as server:
        code = server.call("GET", PROFILE, access=access(server, 1))[1]["invite_code"]
        everything(server, 2, code)  # whatever is made once is made
        server.call("GET", "/found")
        for person in (3, 4):
            everything(server, person, code)
        assert server.call("GET", "/found") == (200, 0)


def access(server, person):
    return server.log_in(f"+7916123450{person}", f"10.0.{person}.1")["access"]


def everything(server, person, code):
    """What a person does on their first visit, and what a stranger may try."""
    mine = access(server, person)
    activated = server.call("POST", ACTIVATE, {"invite_code": code}, mine)
    assert activated == server.call("GET", PROFILE, access=mine)
    assert server.call("POST", CODE, {"phone": "79"}, address="10.1.1.1")[0] == 400
    assert server.call("GET", PROFILE, access="none")[0] == 401
