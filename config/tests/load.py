"""Many clients on the real server at once, and the outcome of each request."""

import http.client
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

ACTIVATE, PROFILE, CODE = "/api/v1/profile/activate/", "/api/v1/profile/", "/api/v1/auth/code/"
BROKEN = (OSError, http.client.HTTPException)

once = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="asks nothing of the database, so once is enough"
)
beside_no_servers = pytest.mark.xdist_group("config/tests/server/")
only_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="about a database server, which SQLite is not"
)


def in_parallel(function, arguments, threads=32):
    """Make the calls in parallel; returns their results."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(function, arguments))


def retry(function, *, seconds=30):
    """Retry until the result is not None. Raises `TimeoutError`."""
    deadline = time.monotonic() + seconds
    while (result := function()) is None:
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.005)  # the processor is for what is waited for
    return result


class Load:
    """Threads that call the server repeatedly until stopped."""

    def __init__(self, threads, once):
        self.results, self._once, self._stop = [], once, threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(threads)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, number):
        while not self._stop.is_set():
            result = self._once(number)
            if result is not None:
                self.results.append(result)
            if result in (None, "refused"):  # nothing left to do, or no server
                return

    def await_results(self, count, seconds=30):
        """Wait until there are this many results."""
        deadline = time.monotonic() + seconds
        while len(self.results) < count:
            assert time.monotonic() < deadline, "the load does not get on"
            time.sleep(0.01)


class Visitor:
    """A client that keeps its connection for as long as the server does."""

    def __init__(self, port):
        self._link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, method, path, body=None, address=""):
        """Send a request; returns the status, `refused` (no connection) or `lost` (no answer)."""
        if self._link.sock is None:
            try:
                self._link.connect()
            except OSError:
                return "refused"
            self._link.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        headers = {"Content-Type": "application/json", "X-Forwarded-For": address}
        try:
            self._link.request(method, path, json.dumps(body), headers)
            answer = self._link.getresponse()
            answer.read()
        except BROKEN:
            self._link.close()
            return "lost"
        return answer.status

    def leave(self):
        """Close the connection."""
        self._link.close()
