"""The real server, started as in production, on the test's database."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psutil
from django.db import connection

APPLICATION = "server under test"  # its connections' name in pg_stat_activity
ROOT = Path(__file__).resolve().parent.parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url() -> str:
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


class Server:
    def __init__(self, port: int, process: "subprocess.Popen[bytes]") -> None:
        self.port, self.process = port, process

    @property
    def workers(self) -> set[int]:
        """The pids of the processes that answer."""
        return {child.pid for child in psutil.Process(self.process.pid).children()}

    def call(self, method, path, body=None, access="", address="", timeout=30):
        """Status and decoded body of one call on a connection of its own."""
        headers = {"Content-Type": "application/json"}
        if access:
            headers["Authorization"] = f"Bearer {access}"
        if address:
            headers["X-Forwarded-For"] = address
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            link.request(method, path, None if body is None else json.dumps(body), headers)
            answer = link.getresponse()
            text = answer.read()
        finally:
            link.close()
        return answer.status, json.loads(text) if text else None

    def log_in(self, phone, address="127.0.0.1"):
        _, sent = self.call("POST", "/api/v1/auth/code/", {"phone": phone}, address=address)
        body = {"phone": phone, "code": sent["code"]}
        status, tokens = self.call("POST", "/api/v1/auth/token/", body, address=address)
        assert status == 200, tokens
        return tokens


@contextmanager
def running(**settings: str) -> Iterator[Server]:
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": settings.pop("DATABASE_URL", "") or database_url(),
        "SMS_URL": "simulated://",
        "SMS_DELAY": "0",
        "TRUSTED_PROXY_COUNT": "1",
        "PGAPPNAME": APPLICATION,
        "WEB_CONCURRENCY": "2",
        "PORT": str(port),
        **settings,
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "config/server/gunicorn.py"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    server = Server(port, process)
    try:
        _await(server)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _await(server: Server) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            if server.call("GET", "/readyz")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")
