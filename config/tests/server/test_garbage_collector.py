"""No request waits while a worker's garbage collector goes through all that was loaded before."""

from config.tests.load import PROFILE, once
from tools.server import serving

pytestmark = once


def test_workers_collect_only_what_is_their_own():
    with serving("config.tests.server.collecting", WEB_CONCURRENCY="1", ready="/healthz") as server:
        assert server.call("GET", PROFILE)[0] == 401
        _, (own, loaded_before) = server.call("GET", "/collected")
    assert loaded_before > 50_000
    assert own < 20_000
