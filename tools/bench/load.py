"""Load from many clients at once, by wrk where it is installed; every answer is checked."""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

SCRIPT = Path(__file__).with_name("load.lua")


class Call(NamedTuple):
    """One request, and what the answer must contain; answers are told apart by their `phone`."""

    path: str
    token: str = ""
    address: str = ""
    body: str = ""
    phone: str = ""
    must: str = ""


@dataclass(frozen=True)
class Load:
    """What came of a load; latencies in ms."""

    answered: int
    seconds: float
    wrong: int
    failed: int
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answered / self.seconds


class WrongAnswersError(Exception):
    """An answer was not what it had to be; the bench has nothing to report."""


@contextmanager
def loading(
    port: int, calls: Sequence[Call], clients: int, seconds: float, first: int = 0
) -> Iterator["Running"]:
    """Load in the background; `result` waits for its end."""
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as plan:
        plan.write("\n".join("\t".join(call) for call in calls) + "\n")
        plan.flush()
        process = subprocess.Popen(
            _command(port, plan.name, clients, seconds, first), stdout=subprocess.PIPE, text=True
        )
        yield Running(process)
        process.wait()


def load(port: int, calls: Sequence[Call], *, clients: int, seconds: float, first: int = 0) -> Load:
    """Load for some seconds with `calls` in turn from the `first` on; or `WrongAnswersError`."""
    with loading(port, calls, clients, seconds, first) as running:
        return running.result()


@dataclass
class Running:
    """A load under way."""

    process: "subprocess.Popen[str]"

    def result(self) -> Load:
        """Wait for the end. Raises `WrongAnswersError`."""
        said, _ = self.process.communicate()
        lines = {line.split(" ", 1)[0]: line.split(" ", 1)[-1] for line in said.splitlines()}
        if "RESULT" not in lines:
            raise WrongAnswersError(said)
        load = Load(**json.loads(lines["RESULT"]))
        if load.wrong or load.failed or not load.answered:
            raise WrongAnswersError(f"{load}: {lines.get('SAMPLE', '')}")
        return load


def _command(port: int, plan: str, clients: int, seconds: float, first: int) -> list[str]:
    address = f"http://127.0.0.1:{port}"
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("wrk makes the load; install it (Debian: apt-get install wrk).")
    options = ["-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "--timeout", "30s"]
    return [wrk, *options, "-s", str(SCRIPT), address, "--", plan, str(first)]


def pause() -> None:
    """Let what the last load left behind settle."""
    time.sleep(0.5)
