"""Slow clients take nothing away from the others."""

import socket
from contextlib import ExitStack, contextmanager

import gevent
import pytest

from config.server import bodies, worker
from config.tests.factories import access_tokens, people
from config.tests.load import ACTIVATE, PROFILE, only_postgresql
from config.tests.product import running

POOL = 2
pytestmark = pytest.mark.django_db(transaction=True)
BODY = "Content-Type: application/json\r\nContent-Length: 25\r\n"


def request(method, path, access, more=""):
    return (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {access}\r\n{more}\r\n"
    ).encode()


@contextmanager
def clients(server, sent):
    """Twice as many as the pool has connections; they send this and read nothing."""
    with ExitStack() as links:
        for _ in range(2 * POOL):
            link = links.enter_context(socket.socket())
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            link.settimeout(1)
            link.connect(("127.0.0.1", server.port))
            try:
                link.sendall(sent)
            except TimeoutError:
                assert len(sent) > 100_000  # the server reads no further until it can write
        yield


@only_postgresql
@pytest.mark.parametrize("slowly", ["sends", "reads"])
def test_a_slow_client_holds_no_database_connection(slowly):
    slow, quick = access_tokens(people(2))
    sent = {
        "sends": request("POST", ACTIVATE, slow, BODY),
        "reads": 2000 * request("GET", PROFILE, slow),
    }[slowly]
    with (
        running(DB_POOL_SIZE=str(POOL), WEB_CONCURRENCY="1") as server,
        clients(server, sent),
    ):
        assert server.call("GET", PROFILE, access=quick, timeout=25)[0] == 200


def test_a_body_that_never_arrives_is_a_408(monkeypatch):
    class Never:
        def read(self, size):
            gevent.sleep(5)

    monkeypatch.setattr(bodies, "TIME", 0.01)
    for sent in ({"CONTENT_LENGTH": "25"}, {"HTTP_TRANSFER_ENCODING": "chunked"}):
        with pytest.raises(bodies.BodyTooSlow):
            bodies.read({"wsgi.input": Never(), **sent})
    assert worker.REASONS[bodies.BodyTooSlow].status.startswith("408 ")
