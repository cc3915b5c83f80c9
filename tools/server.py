"""Runs the product as in production, for tests, measurements and screenshots."""

import atexit
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / ".env.example"
DJANGO = "DJANGO_SETTINGS_MODULE"  # set by each way of starting the product
GUNICORN = ("gunicorn", "--config", "config/server/gunicorn.py")
SECRET = "only-for-tools-" + 32 * "x"
START_TIME = 60  # seconds until a server's first answer
_bound = ExitStack()
atexit.register(_bound.close)


class NotStartedError(Exception):
    """The server exited or didn't answer in time; the text is the end of its log."""


def free_port() -> int:
    """A port that nobody listens on, and that this process gives to nobody else.

    It stays bound without listening, which servers don't mind and other programs respect.
    """
    probe = _bound.enter_context(socket.socket())
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind(("127.0.0.1", 0))
    return int(probe.getsockname()[1])


def environment(**settings: str) -> dict[str, str]:
    """Our environment with these settings; all others have their defaults.

    An empty setting means its default, whatever the shell or a developer's `.env` sets.
    """
    names = re.findall(r"^#?([A-Z][A-Z_]+)=", EXAMPLE.read_text(), re.MULTILINE)
    inherited = {name: os.environ[name] for name in os.environ if name != DJANGO}
    ours = {
        "SECRET_KEY": SECRET,
        "WEB_CONCURRENCY": str(os.cpu_count()),  # gunicorn itself doesn't accept an empty one
    }
    return {**inherited, **dict.fromkeys(names, ""), **ours, **settings}


def manage(*arguments: str, root: str = str(ROOT), **settings: str) -> str:
    """Run manage.py, of another checkout if `root` is given; returns its output."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.check_output(command, cwd=root, env=environment(**settings), text=True)


def prepare(**settings: str) -> None:
    """Set Django up in this process, create the tables and collect static files."""
    prepare_database(**settings)
    collect_static()


def collect_static() -> None:
    """Collect static files as in production.

    Not if `STATIC_COLLECTED` is set: where several tools run at once, somebody has done it before,
    since no server can start meanwhile.
    """
    if not os.environ.get("STATIC_COLLECTED"):
        manage("collectstatic", "--noinput", "--verbosity", "0")


def prepare_database(**settings: str) -> None:
    """Set Django up in this process, and create the tables."""
    os.environ.update(environment(**settings))
    os.environ[DJANGO] = "config.settings"
    os.chdir(ROOT)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


@dataclass
class Server:
    """A running server; `cold_start` is the seconds until its first answer."""

    port: int
    process: "subprocess.Popen[bytes]"
    cold_start: float = 0.0

    @property
    def base(self) -> str:
        """Its URL, without a path."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def workers(self) -> set[int]:
        """The pids of the workers."""
        return {child.pid for child in psutil.Process(self.process.pid).children()}

    def memory(self) -> list[float]:
        """Each worker's memory in MB (RSS)."""
        return [psutil.Process(pid).memory_info().rss / 1e6 for pid in sorted(self.workers)]

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        access: str = "",
        address: str = "",
        timeout: float = 30,
    ) -> tuple[int, Any]:
        """Status and decoded JSON of one call on a connection of its own."""
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

    def log_in(self, phone: str, address: str = "127.0.0.1") -> Any:
        """The tokens of one login; the gateway must be the simulated one."""
        _, sent = self.call("POST", "/api/v1/auth/code/", {"phone": phone}, address=address)
        body = {"phone": phone, "code": sent["code"]}
        status, tokens = self.call("POST", "/api/v1/auth/token/", body, address=address)
        if status != 200:
            raise AssertionError(tokens)
        return tokens

    def kill(self) -> None:
        """Kill it and its workers (SIGKILL)."""
        workers = psutil.Process(self.process.pid).children()
        self.process.kill()
        for worker in workers:
            worker.kill()
        self.process.wait()
        psutil.wait_procs(workers, 10)

    def stop(self) -> int:
        """Stop it as an operator would; returns its exit code."""
        self.process.terminate()
        return self.process.wait(60)


@contextmanager
def serving(
    application: str = "",
    *,
    quiet: bool = False,
    ready: str = "/readyz",
    root: str = str(ROOT),
    server: Sequence[str] = GUNICORN,
    python: str = sys.executable,
    **settings: str,
) -> Iterator[Server]:
    """Run the product, or another WSGI application on the same server, until the block ends.

    It has these settings and no others. The block begins when `ready` answers 200. `quiet` keeps
    its log to itself unless it does not start. `root`: another checkout's. `server` is the module
    that serves, with its options, and `python` another interpreter.
    """
    port = int(settings.get("PORT") or free_port())
    command = [python, "-m", *server, *([application] if application else [])]
    its = environment(**settings | {"PORT": str(port)})
    workers = int(its["WEB_CONCURRENCY"]) if server is GUNICORN else 0
    with tempfile.TemporaryFile() as log:
        began = time.monotonic()
        errors = log if quiet else None
        process = subprocess.Popen(
            command, cwd=root, env=its, stdout=subprocess.DEVNULL, stderr=errors
        )
        started = Server(port, process)
        try:
            _await(started, ready, workers, log)
            started.cold_start = time.monotonic() - began
            yield started
        finally:
            started.stop()


def _await(server: Server, ready: str, workers: int, log: IO[bytes]) -> None:
    """Wait until it answers and has all its workers; the first may answer before others start."""
    deadline = time.monotonic() + START_TIME
    while server.process.poll() is None and time.monotonic() < deadline:
        try:
            ok = server.call("GET", ready, timeout=5)[0] == 200
            if ok and len(server.workers) >= workers:
                return
        except (OSError, http.client.HTTPException):
            pass  # not yet
        time.sleep(0.01)
    log.seek(0)
    raise NotStartedError(log.read()[-4000:].decode(errors="replace"))
