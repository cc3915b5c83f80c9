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
from typing import Any, NamedTuple

HERE = Path(__file__).parent


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
    """What came of a load; latencies of answers in ms.

    Refused are those who would wait too long (503).
    """

    answered: int
    refused: int
    seconds: float
    wrong: int
    failed: int
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answered / self.seconds

    def __str__(self) -> str:
        return f"{self.rate:,.0f}/s, p50 {self.p50:,.0f} ms, p99 {self.p99:,.0f} ms"


class WrongAnswersError(Exception):
    """An answer was not what it had to be; the bench has nothing to report."""


@contextmanager
def wrk(
    script: str, port: int, plan: Sequence[Sequence[str]], clients: int, seconds: float, *more: str
) -> Iterator["Running"]:
    """One of the scripts beside this file, in the background, with the lines of its plan."""
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        file.write("\n".join("\t".join(line) for line in plan) + "\n")
        file.flush()
        program = shutil.which("wrk")
        if program is None:
            raise SystemExit("wrk makes the load; install it (Debian: apt-get install wrk).")
        # One thread: a second one would take processors from the servers, and this one is not full.
        options = ["-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "--timeout", "30s"]
        address = f"http://127.0.0.1:{port}"
        command = [program, *options, "-s", str(HERE / script), address, "--", file.name, *more]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        yield Running(process)
        process.wait()


@contextmanager
def loading(
    port: int,
    calls: Sequence[Call],
    clients: int,
    seconds: float,
    first: int = 0,
    pause: int = 0,
) -> Iterator["Running"]:
    """Load in the background; `result` waits for its end. Each client makes a `pause` (ms)."""
    with wrk("load.lua", port, calls, clients, seconds, str(first), str(pause)) as running:
        yield running


def load(
    port: int,
    calls: Sequence[Call],
    *,
    clients: int,
    seconds: float,
    first: int = 0,
    refusals: bool = False,
) -> Load:
    """Load for some seconds with `calls` in turn from the `first` on; or `WrongAnswersError`."""
    with loading(port, calls, clients, seconds, first) as running:
        return running.result(refusals=refusals)


@dataclass
class Running:
    """A load under way."""

    process: "subprocess.Popen[str]"

    def result(self, *, refusals: bool = False) -> Load:
        """Wait for the end. Raises `WrongAnswersError`, also for refusals unless they may be."""
        result, sample = self.said()
        load = Load(**result)
        faults = load.wrong + load.failed + (0 if refusals else load.refused)
        if faults or not load.answered:
            raise WrongAnswersError(f"{load!r}: {sample}")
        return load

    def said(self) -> tuple[dict[str, Any], str]:
        """Wait for the end: the result, and the first wrong answer if there was one."""
        said, _ = self.process.communicate()
        lines = {line.split(" ", 1)[0]: line.split(" ", 1)[-1] for line in said.splitlines()}
        if "RESULT" not in lines:
            raise WrongAnswersError(said)
        return json.loads(lines["RESULT"]), lines.get("SAMPLE", "")


def pause() -> None:
    """Let what the last load left behind settle."""
    time.sleep(0.5)
