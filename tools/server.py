"""The server as in production, started for a measurement and stopped after it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psutil

ROOT = Path(__file__).resolve().parent.parent
SECRET = "only-for-the-bench-" + 32 * "x"


def environment(url: str) -> dict[str, str]:
    """Production's settings: DEBUG off, one proxy in front, limits as they are."""
    return {
        **os.environ,
        "DATABASE_URL": url,
        "DEBUG": "false",
        "SECRET_KEY": SECRET,
        "SMS_URL": "simulated://",
        "SMS_DELAY": "1-2",
        "TRUSTED_PROXY_COUNT": "1",
        "PUBLIC_URL": "",
        "LOG_FORMAT": "json",
        "GUNICORN_CMD_ARGS": "--max-requests=0",  # a new worker would hide how the old one grew
    }


def prepare(environ: dict[str, str]) -> None:
    """Make this process one of the product's, and its database's tables."""
    os.environ.update(environ)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.chdir(ROOT)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


@dataclass
class Server:
    """A running server and how long it took to its first answer, in seconds."""

    port: int
    process: "subprocess.Popen[bytes]"
    cold_start: float

    def workers(self) -> list[psutil.Process]:
        """Its worker processes."""
        return psutil.Process(self.process.pid).children()

    def memory(self) -> list[float]:
        """What each worker takes, in MB (RSS)."""
        return [worker.memory_info().rss / 1e6 for worker in self.workers()]


@contextmanager
def serving(environ: dict[str, str], application: str = "") -> Iterator[Server]:
    """The product, or another WSGI application on the same server, until the block ends."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "config/server/gunicorn.py"]
    began = time.monotonic()
    process = subprocess.Popen(
        [*command, *([application] if application else [])],
        cwd=ROOT,
        env={**environ, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(port, process)
        yield Server(port, process, time.monotonic() - began)
    finally:
        process.terminate()
        process.wait(60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise SystemExit("The server did not start.")
