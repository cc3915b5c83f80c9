"""Another program keeps SQLite's lock: writes wait for it side by side, and nothing else does."""

import sqlite3
import time
from collections import Counter
from contextlib import closing, contextmanager
from threading import Thread

import pytest
from django.db import connection

from config.tests.load import CODE, PROFILE, in_parallel
from config.tests.product import running

MANY = 8
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite's lock"),
]


@pytest.fixture
def server(monkeypatch):
    """One worker, whose requests may wait for 4 s in all."""
    hurry = "--worker-class config.tests.server.hurried.Worker"
    monkeypatch.setenv("GUNICORN_CMD_ARGS", hurry)
    with running(WEB_CONCURRENCY="1") as one:
        yield one


@contextmanager
def locked():
    path = connection.settings_dict["NAME"]
    with closing(sqlite3.connect(path, isolation_level=None)) as link:
        link.execute("BEGIN IMMEDIATE")
        yield
        link.execute("ROLLBACK")


def ask_for_codes(server, prefix):
    """How often each answer came, and the seconds until the last one."""

    def ask(n):
        body = {"phone": f"+7916{prefix}{n:04}"}
        status, answer = server.call("POST", CODE, body, address=f"10.5.0.{n}", timeout=60)
        return status if status == 200 else (status, answer["errors"][0]["code"])

    began = time.monotonic()
    answers = Counter(in_parallel(ask, range(MANY), MANY))
    return answers, time.monotonic() - began


def test_writes_are_given_up_together_while_all_else_is_answered_at_once(server):
    access = server.log_in("+79165550100")["access"]
    asked = []
    with locked():
        waiting = Thread(target=lambda: asked.append(ask_for_codes(server, 556)))
        waiting.start()
        while waiting.is_alive():
            began = time.monotonic()
            assert server.call("GET", "/healthz")[0] == 200
            assert server.call("GET", PROFILE, access=access)[0] == 200
            assert time.monotonic() - began < 3
            time.sleep(0.1)
    ((answers, seconds),) = asked
    assert answers == {(503, "unavailable"): MANY}
    assert 3.5 < seconds < 8, "one after the other they would take 32"
    assert ask_for_codes(server, 557)[0] == {200: MANY}


def test_writes_go_on_as_soon_as_the_lock_is_free(server):
    asked = []
    with locked():
        waiting = Thread(target=lambda: asked.append(ask_for_codes(server, 558)))
        waiting.start()
        time.sleep(1)
        assert waiting.is_alive()
    waiting.join()
    ((answers, _),) = asked
    assert answers == {200: MANY}
