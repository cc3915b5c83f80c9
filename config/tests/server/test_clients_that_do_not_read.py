"""A client that does not take its answer is cut off, so that it keeps nobody else out."""

import resource
import socket
import time
from contextlib import ExitStack, contextmanager

import pytest

from config.server.worker import Worker
from config.tests.load import once
from config.tests.product import running

pytestmark = [pytest.mark.django_db(transaction=True), once]
LARGE = "/static/drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js"
CROWD = 2050  # a worker serves 2,000 at once


@pytest.fixture
def server(monkeypatch):
    arguments = "--worker-class config.tests.server.impatient.Worker --keep-alive 60"
    monkeypatch.setenv("GUNICORN_CMD_ARGS", arguments)
    with running(WEB_CONCURRENCY="1") as one:
        yield one


@pytest.fixture
def many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def asking(server, path, times=1):
    """A client that has asked and not read."""
    with socket.socket() as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        link.settimeout(30)
        link.connect(("127.0.0.1", server.port))
        link.sendall(times * f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        yield link


def seconds_until_cut_off(link, read):
    began = time.monotonic()
    while time.monotonic() - began < 20:
        try:
            read(link)
        except ConnectionResetError:
            return time.monotonic() - began
        time.sleep(0.2)
    raise AssertionError("it was not cut off")


def test_a_client_has_30_seconds():
    assert Worker.patience == 30


@pytest.mark.parametrize(("path", "times"), [(LARGE, 1), ("/endless", 1), ("/healthz", 300)])
def test_one_that_takes_nothing_is_cut_off(server, path, times):
    with asking(server, path, times) as link:
        assert seconds_until_cut_off(link, lambda link: link.send(b"x")) < 18


@pytest.mark.parametrize("path", [LARGE, "/endless"])
def test_one_that_takes_a_little_now_and_then_is_cut_off_too(server, path):
    with asking(server, path) as link:
        assert 1 < seconds_until_cut_off(link, lambda link: link.recv(100)) < 18


def test_one_that_is_only_slow_gets_everything(server):
    with asking(server, LARGE) as link:
        head, _, body = link.recv(1024).partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        got = len(body)
        for number in range(length):
            got += len(link.recv(4096))
            if got == length:
                break
            if number % 100 == 0:
                time.sleep(0.3)
        assert got == length


def test_more_than_a_worker_can_serve_stop_it_for_no_longer(server, many_files, capfd):
    with ExitStack() as links:
        for _ in range(CROWD):
            links.enter_context(asking(server, LARGE))
        assert server.call("GET", "/healthz", timeout=60)[0] == 200
    assert "Traceback" not in capfd.readouterr().err
