"""PostgreSQL or the network falls silent: every request is answered, and all is well afterwards."""

import time
from collections import Counter
from threading import Thread

import psycopg2
import pytest

from config.postgresql import waiting
from config.tests.load import ACTIVATE, PROFILE, in_parallel, only_postgresql
from config.tests.product import running
from config.tests.receiver import silence
from tools.network import Proxy

pytestmark = only_postgresql
STUCK = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
HASTY = "--worker-class config.tests.server.impatient.Worker"  # 2 s for a statement


@pytest.fixture
def hasty(monkeypatch):
    monkeypatch.setenv("GUNICORN_CMD_ARGS", HASTY)


def ask(server, access, times):
    """Statuses, and how long each answer took."""

    def once(_):
        began = time.monotonic()
        status, answer = server.call("GET", PROFILE, access=access, timeout=60)
        assert status == 200 or answer["errors"][0]["code"] == "unavailable"
        return status, time.monotonic() - began

    answers = in_parallel(once, range(times), times)
    return Counter(status for status, _ in answers), [seconds for _, seconds in answers]


def back_within_5_seconds(server, access):
    began = time.monotonic()
    while server.call("GET", PROFILE, access=access)[0] != 200:
        assert time.monotonic() - began < 5
    assert ask(server, access, 12)[0] == {200: 12}
    assert time.monotonic() - began < 5


def test_a_frozen_server_is_a_503_after_15_seconds(database):
    assert (waiting.CONNECTING, waiting.ANSWERING) == (5, 15)
    with running(DATABASE_URL=database.url, DB_POOL_SIZE="3", WEB_CONCURRENCY="1") as server:
        access = server.log_in("+79161110001")["access"]
        assert ask(server, access, 12)[0] == {200: 12}
        with database.frozen():
            began = time.monotonic()
            waiting_for_it = Thread(target=lambda: answers.append(ask(server, access, 40)))
            answers = []
            waiting_for_it.start()
            while waiting_for_it.is_alive():
                asked = time.monotonic()
                assert server.call("GET", "/healthz")[0] == 200
                assert time.monotonic() - asked < 5
                time.sleep(0.2)
            assert 15 <= time.monotonic() - began < 35
        statuses, seconds = answers[0]
        assert statuses == {503: 40}
        assert sum(14.9 < one < 18 for one in seconds) >= 3  # the pool's; others waited for it
        back_within_5_seconds(server, access)


@pytest.mark.parametrize("requests", [1, 9])  # that find out; the other connections are lost, too
def test_connections_that_the_network_lost_are_given_up(database, hasty, requests):
    url = psycopg2.extensions.parse_dsn(database.url)
    with Proxy(database.socket) as network:
        proxied = f"postgres://{url['user']}@127.0.0.1:{network.port}/{url['dbname']}"
        with running(
            DATABASE_URL=f"{proxied}?connect_timeout=1", DB_POOL_SIZE="6", WEB_CONCURRENCY="1"
        ) as server:
            access = server.log_in(f"+7916111001{requests}")["access"]
            assert ask(server, access, 12)[0] == {200: 12}
            network.lose()
            statuses, seconds = ask(server, access, requests)
            assert statuses == {503: requests}
            assert max(seconds) < 15
            network.silent = False
            back_within_5_seconds(server, access)


def test_after_a_silent_host_the_next_one_is_tried(database):
    url = psycopg2.extensions.parse_dsn(database.url)
    with silence() as silent, Proxy(database.socket) as network:
        hosts = f"127.0.0.1:{silent},127.0.0.1:{network.port}"
        both = f"postgres://{url['user']}@{hosts}/{url['dbname']}"
        with running(DATABASE_URL=both, WEB_CONCURRENCY="1", ready="/healthz") as server:
            began = time.monotonic()
            assert server.call("GET", "/readyz")[0] == 200
            assert 5 <= time.monotonic() - began < 9
            began = time.monotonic()
            assert set(in_parallel(lambda _: server.call("GET", "/readyz")[0], range(9))) == {200}
            assert time.monotonic() - began < 4, "it began with the silent host again"


def test_without_any_host_that_answers_nobody_waits_long(database, hasty):
    with silence() as silent:
        url = f"postgres://someone@127.0.0.1:{silent}/x?connect_timeout=1"
        with running(DATABASE_URL=url, WEB_CONCURRENCY="1", ready="/healthz") as server:
            began = time.monotonic()
            assert server.call("GET", "/readyz")[0] == 503
            assert 1 <= time.monotonic() - began < 4


def test_a_statement_that_waits_for_a_lock_is_given_up_and_ends(database, hasty):
    with running(DATABASE_URL=database.url, DB_POOL_SIZE="3", WEB_CONCURRENCY="1") as server:
        access = server.log_in("+79161110003")["access"]
        with psycopg2.connect(database.url) as link:
            link.cursor().execute("LOCK TABLE users_session")
            assert ask(server, access, 3)[0] == {503: 3}
            deadline = time.monotonic() + 10
            while database.ask(STUCK):
                assert time.monotonic() < deadline, "it goes on waiting for nobody"
                time.sleep(0.2)
        link.close()
        back_within_5_seconds(server, access)


def test_a_transaction_that_lost_its_server_keeps_nobody_waiting(database, hasty):
    url = psycopg2.extensions.parse_dsn(database.url)
    with Proxy(database.socket) as network:
        proxied = f"postgres://{url['user']}@127.0.0.1:{network.port}/{url['dbname']}"
        with running(DATABASE_URL=proxied, WEB_CONCURRENCY="1") as server:
            inviter, *invitees = (server.log_in(f"+791611100{n}")["access"] for n in range(50, 53))
            code = {"invite_code": server.call("GET", PROFILE, access=inviter)[1]["invite_code"]}
            with psycopg2.connect(database.url) as link:  # until the first one waits for its row
                link.cursor().execute("SELECT 1 FROM referrals_invitecode FOR UPDATE")
                one = Thread(target=lambda: server.call("POST", ACTIVATE, code, invitees[0]))
                one.start()
                while not database.ask(STUCK):
                    time.sleep(0.05)
                network.lose()
            link.close()
            one.join()
            network.silent = False
            began = time.monotonic()
            while server.call("POST", ACTIVATE, code, invitees[1])[0] != 200:
                assert time.monotonic() - began < 10
