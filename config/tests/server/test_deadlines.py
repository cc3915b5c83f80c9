"""However many silent things a request meets, it is answered before its client gives up."""

import time
from collections import Counter
from contextlib import ExitStack
from threading import Thread

import pytest
from django.conf import settings
from django.http import StreamingHttpResponse

from config.tests.load import CODE, PROFILE, in_parallel, once, only_postgresql
from config.tests.product import running
from config.tests.receiver import silence
from config.web.middleware import Deadline
from users.waiting import deadline

LEAST, MOST = 3.5, 9  # seconds: 4, 1 for the pool, and a slow machine


@pytest.fixture
def hurried(monkeypatch):
    hurry = "--worker-class config.tests.server.hurried.Worker"
    monkeypatch.setenv("GUNICORN_CMD_ARGS", hurry)


@pytest.fixture
def silent():
    """Ports of listeners that never say a word."""
    with ExitStack() as stack:
        yield [stack.enter_context(silence()) for _ in range(12)]


def asked(server, *call, **more):
    """The status, and how many seconds it took."""
    began = time.monotonic()
    status, _ = server.call(*call, timeout=60, **more)
    return status, time.monotonic() - began


@once
def test_a_request_waits_for_less_than_40_seconds():
    pool = settings.DATABASES["default"].get("POOL_OPTIONS", {"TIMEOUT": 10})["TIMEOUT"]
    assert deadline.REQUEST + pool <= 38


@once
def test_a_request_has_a_deadline_and_an_answer_under_way_has_none():
    seen = []

    def view(request):
        seen.append(deadline.left())
        return StreamingHttpResponse(str(deadline.left()) for _ in range(1))

    answer = Deadline(view)(None)
    assert 0 < seen[0] <= deadline.REQUEST
    assert b"".join(answer) == b"inf"


@once
def test_limits_of_several_waits_do_not_add_up(monkeypatch):
    monkeypatch.setattr(deadline, "REQUEST", 0.2)
    assert deadline.left(15) == 15
    with deadline.of_request():
        assert deadline.left(15) <= 0.2
        time.sleep(0.25)
        assert deadline.left(15) == 0


@only_postgresql
def test_twelve_silent_hosts_are_not_all_waited_for(hurried, silent):
    hosts = ",".join(f"127.0.0.1:{port}" for port in silent)
    url = f"postgres://someone@{hosts}/x?connect_timeout=1"
    with running(DATABASE_URL=url, WEB_CONCURRENCY="1", ready="/healthz") as server:
        status, seconds = asked(server, "GET", "/readyz")
        assert status == 503
        assert LEAST < seconds < MOST


@only_postgresql
def test_line_pool_and_statement_together_are_not_waited_for_longer(database, hurried):
    with running(DATABASE_URL=database.url, DB_POOL_SIZE="1", WEB_CONCURRENCY="1") as server:
        access = server.log_in("+79161120001")["access"]

        def one(n):
            if n % 2:
                return asked(server, "GET", PROFILE, access=access)
            return asked(server, "POST", CODE, {"phone": f"+7916112100{n}"}, address=f"10.4.4.{n}")

        with database.frozen():
            answers = in_parallel(one, range(10), 10)
        assert Counter(status for status, _ in answers) == {503: 10}
        assert max(seconds for _, seconds in answers) < MOST
        assert asked(server, "GET", PROFILE, access=access)[0] == 200


@only_postgresql
def test_gateways_that_hang_and_then_the_database_are_not_waited_for_longer(
    database, hurried, silent
):
    urls = " ".join(f"json://127.0.0.1:{port}" for port in silent[:4])
    with running(DATABASE_URL=database.url, SMS_URL=urls, WEB_CONCURRENCY="1") as server:
        answers = []
        body = {"phone": "+79161120002"}
        asking = Thread(target=lambda: answers.append(asked(server, "POST", CODE, body)))
        asking.start()
        while not database.ask("SELECT 1 FROM users_challenge"):
            time.sleep(0.05)
        with database.frozen():
            asking.join()
        ((status, seconds),) = answers
        assert status == 503
        assert LEAST < seconds < MOST
