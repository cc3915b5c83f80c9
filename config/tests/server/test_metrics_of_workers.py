"""What `/metrics` of a real server answers: exact sums over all workers, whichever is asked."""

import os
import signal
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from django.db import connection, transaction

from config.tests.factories import access_tokens, people
from config.tests.load import ACTIVATE, CODE, PROFILE, in_parallel, only_postgresql, retry
from config.tests.metrics import figures
from config.tests.product import running

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN, REFRESH = "/api/v1/auth/token/", "/api/v1/auth/token/refresh/"
PROFILES = "request_seconds_count", "GET", "api/v1/profile/", "200"


@pytest.fixture
def server(transactional_db):
    with running(METRICS="true") as one:
        yield one


def directories(server, folder=None):
    """Where the workers of a server count."""
    folder = folder or Path(tempfile.gettempdir())
    return list(folder.glob(f"referral-metrics-{server.process.pid}-*"))


def test_a_walk_through_everything_is_counted_exactly(server):
    pair = server.log_in("+79161234567")
    (owner,) = people(1)
    activate = {"invite_code": owner.invite_code.value}
    for _ in range(2):  # the second changes nothing
        assert server.call("POST", ACTIVATE, activate, pair["access"])[0] == 200
    newer = pair
    for _ in range(2):
        _, newer = server.call("POST", REFRESH, {"refresh": newer["refresh"]})
    assert server.call("POST", REFRESH, {"refresh": pair["refresh"]})[0] == 401  # a replay
    other = {"phone": "+77011234567"}
    code = server.call("POST", CODE, other)[1]["code"]
    guess = {**other, "code": f"{(int(code) + 1) % 10_000:04}"}
    assert [server.call("POST", TOKEN, guess)[0] for _ in range(4)] == [400] * 3 + [429]
    seen = figures(server)
    assert seen["codes_asked_total", "RU"] == seen["codes_asked_total", "KZ"] == 1
    assert seen["codes_delivered_total", "RU", "simulated"] == 1
    assert seen["codes_delivered_total", "KZ", "simulated"] == 1
    assert seen["codes_used_total", "RU"] == 1
    assert ("codes_used_total", "KZ") not in seen
    assert seen["wrong_guesses_total",] == 3
    assert seen["logins_total",] == seen["new_users_total",] == 1
    assert seen["activations_total",] == 1
    assert seen["sessions_ended_total", "refresh token replayed"] == 1
    assert seen["request_seconds_count", "POST", "api/v1/auth/token/refresh/", "401"] == 1
    assert seen["request_seconds_count", "POST", "api/v1/auth/token/", "400"] == 3


def test_counts_stay_exact_when_every_worker_is_killed_and_replaced(server):
    tokens = access_tokens(people(20))

    def look():
        statuses = in_parallel(lambda token: server.call("GET", PROFILE, None, token)[0], tokens)
        assert statuses == [200] * 20

    look()
    assert figures(server)[PROFILES] == 20
    (folder,) = directories(server)
    for victim in server.workers:
        os.kill(victim, signal.SIGKILL)
        retry(lambda gone=victim: replaced(server, gone))
    assert figures(server)[PROFILES] == 20
    look()
    assert figures(server)[PROFILES] == 40
    # The dead ones' go on being used; the master has some in which nothing is counted.
    assert {file.stem[-2:] for file in folder.iterdir()} == {"_0", "_1", "_2"}
    server.process.send_signal(signal.SIGTTOU)  # one worker less, and what it had in use
    retry(lambda: None if len(gauges(folder)) > 1 else folder)
    assert figures(server)[PROFILES] == 40


def gauges(folder):
    """The files of what workers have in use; the last look may be a moment ago."""
    time.sleep(0.02)
    return list(folder.glob("gauge_livesum_*"))


def replaced(server, gone):
    """Whether there is another worker in place of the one that is gone."""
    time.sleep(0.02)
    now = server.workers
    return (gone not in now and len(now) == 2) or None


def test_the_directory_goes_with_the_server_and_after_a_kill_with_the_next_one(
    transactional_db, tmp_path, monkeypatch
):
    monkeypatch.setenv(
        "TMPDIR", str(tmp_path)
    )  # other servers on this machine would remove it, too
    with running(METRICS="true", WEB_CONCURRENCY="1") as killed:
        (orphan,) = map(psutil.Process, killed.workers)
        killed.process.kill()
        killed.process.wait(10)
        with suppress(psutil.NoSuchProcess):  # it ends by itself in a moment
            orphan.kill()
        assert len(directories(killed, tmp_path)) == 1
    with running(METRICS="true", WEB_CONCURRENCY="1") as server:
        assert not directories(killed, tmp_path)
        assert len(directories(server, tmp_path)) == 1
    assert not directories(server, tmp_path)


@only_postgresql
def test_the_pools_of_all_workers_are_shown_and_who_waits_for_them(transactional_db):
    (token,) = access_tokens(people(1))
    with (
        running(METRICS="true", DB_POOL_SIZE="1") as server,
        ThreadPoolExecutor(6) as pool,
        transaction.atomic(),
    ):
        connection.cursor().execute("LOCK TABLE users_session IN ACCESS EXCLUSIVE MODE")
        asking = [pool.submit(server.call, "GET", PROFILE, None, token) for _ in range(6)]
        seen = await_figures(server, lambda seen: seen["pool_in_use",] + seen["pool_waiting",] >= 6)
        assert seen["pool_size",] == 2
        assert seen["pool_in_use",] in (1, 2)  # one worker may have taken them all
        transaction.set_rollback(True)
    assert {asked.result()[0] for asked in asking} == {200}


def await_figures(server, expected):
    """The figures once they are as expected: gauges come a second late."""

    def look():
        time.sleep(0.1)
        seen = figures(server)
        return seen if expected(seen) else None

    return retry(look)
