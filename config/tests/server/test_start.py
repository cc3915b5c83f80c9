"""What happens to a server early in its life, and when it reads its configuration anew."""

import signal
import subprocess
import sys
import time

import pytest

from config.tests.load import once
from config.tests.product import running
from tools.server import ROOT, environment, free_port

pytestmark = once


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


def test_it_may_be_told_to_end_while_its_workers_are_still_loading():
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "config/server/gunicorn.py"],
        cwd=ROOT,
        env=environment(PORT=str(free_port()), WEB_CONCURRENCY="2"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()  # it listens
    time.sleep(0.3)  # a worker takes longer to load Django
    process.terminate()
    _, log = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in log
