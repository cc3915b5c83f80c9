"""A server that is told to read its configuration anew still listens where it did."""

import signal
import time

import pytest

from config.tests.product import running


@pytest.mark.django_db(transaction=True)
def test_a_reload_does_not_mistake_the_server_for_another_program(transactional_db):
    with running(WEB_CONCURRENCY="1") as server:
        before = server.workers
        server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 30
        while before & server.workers:
            assert time.monotonic() < deadline, "no worker was replaced"
            time.sleep(0.05)
        assert server.process.poll() is None
        assert server.call("GET", "/readyz")[0] == 200
