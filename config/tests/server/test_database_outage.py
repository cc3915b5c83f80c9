"""PostgreSQL stops in the middle of the work and comes back; nobody restarts the server."""

import threading
import time
from collections import Counter

import pytest

from config.tests.load import ACTIVATE, PROFILE, Load, in_parallel, only_postgresql, retry
from config.tests.product import running

PEOPLE = 240
COUNTS = """SELECT (SELECT count(*) FROM referrals_activation),
    (SELECT max(activations_count) FROM referrals_invitecode)"""


def log_in(server, prefix, count):
    """Access tokens of new users."""
    people = [(f"{prefix}{n:04}", f"10.7.0.{n}") for n in range(count)]
    return [pair["access"] for pair in in_parallel(lambda who: server.log_in(*who), people)]


@only_postgresql
@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_after_a_restart_all_is_there_and_everything_works_within_5_seconds(database, mode):
    with running(DATABASE_URL=database.url, DB_POOL_SIZE="5") as server:
        workers = server.workers
        tokens = log_in(server, f"+7916{len(mode):03}", PEOPLE)
        code = server.call("GET", PROFILE, access=tokens[0])[1]["invite_code"]
        before = database.ask(COUNTS)[0][0]
        waiting, lock, statuses = iter(tokens[1:]), threading.Lock(), Counter()

        def activate_one(_thread):
            with lock:
                token = next(waiting, None)

            def once():
                status = server.call("POST", ACTIVATE, {"invite_code": code}, token)[0]
                statuses[status] += 1
                return status if status == 200 else time.sleep(0.05)

            return token and retry(once, seconds=15)

        with Load(8, activate_one) as load:
            load.await_results(30)
            database.stop(mode)
            assert server.call("GET", "/healthz")[0] == 200
            assert server.call("GET", "/readyz")[0] == 503
            status, answer = server.call("GET", PROFILE, access=tokens[0])
            assert (status, answer["errors"][0]["code"]) == (503, "unavailable")
            assert answer["meta"]["retry_after"] >= 1
            acknowledged = len(load.results)
            assert acknowledged < PEOPLE - 1
            database.start()
            began = time.monotonic()
            assert server.call("GET", PROFILE, access=tokens[0])[0] == 200
            assert time.monotonic() - began < 5
            # No request gets an old connection: not one error from now on.
            after = [server.call("GET", PROFILE, access=tokens[0])[0] for _ in range(40)]
            load.await_results(PEOPLE - 1)
        assert after == [200] * 40
        assert set(statuses) == {200, 503}
        assert server.workers == workers
        assert database.ask(COUNTS) == [(before + PEOPLE - 1, PEOPLE - 1)]
