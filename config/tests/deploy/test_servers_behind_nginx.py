"""Servers behind nginx are replaced one by one, and no request fails."""

import http.client
import os
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from config.tests.load import once
from tools.drill.edge import nginx
from tools.drill.registry import program_path
from tools.server import free_port


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args): ...


@contextmanager
def serving(port):
    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def ask(port):
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    link.request("GET", "/")
    status = link.getresponse().status
    link.close()
    return status


@once
def test_a_server_that_is_back_is_used_at_once_when_the_other_one_goes(tmp_path):
    if program_path("nginx") is None:
        missing = "nginx is not installed: its way from server to server was not checked"
        (pytest.fail if os.environ.get("REQUIRE_E2E") else pytest.skip)(missing)
    one, other = free_port(), free_port()
    with nginx(tmp_path, [one, other]) as port:
        with serving(one):
            assert [ask(port) for _ in range(4)] == [204] * 4  # nginx gives the other one up
        with serving(other):
            assert [ask(port) for _ in range(4)] == [204] * 4
        assert ask(port) == 503
