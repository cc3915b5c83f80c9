"""Runs several drills at once, each in its own process with a time limit."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from tools.drill.measures import Row
from tools.drill.registry import Drill
from tools.server import ROOT

LANES = 4
LIMIT = 240  # seconds a drill may take
GRACE = 30  # seconds to clean up after that
_running: "set[subprocess.Popen[bytes]]" = set()
LOGS = ROOT / ".cache" / "drill"


@dataclass(frozen=True)
class Held:
    """The outcome of a drill: its row, or why there is none."""

    drill: Drill
    row: Row | None = None
    skipped: str = ""
    failed: str = ""


def hold_all(
    drills: Iterable[Drill], took: dict[str, float], *, quick: bool, lanes: int = LANES
) -> Iterator[Held]:
    """Yields results as they come in; the drills that `took` longest last time start first."""
    LOGS.mkdir(parents=True, exist_ok=True)
    longest_first = sorted(drills, key=lambda one: -took.get(one.name, LIMIT))
    with ThreadPoolExecutor(lanes) as pool:
        held = [pool.submit(_hold, drill, quick=quick) for drill in longest_first]
        try:
            for done in as_completed(held):
                yield done.result()
        finally:  # nothing is left, unless somebody broke it off
            pool.shutdown(wait=False, cancel_futures=True)
            for process in list(_running):
                process.terminate()


def _hold(drill: Drill, *, quick: bool) -> Held:
    if drill.missing:
        return Held(drill, skipped=f"{', '.join(drill.missing)} not installed")
    began, log = time.monotonic(), LOGS / f"{drill.name}.log"
    with tempfile.NamedTemporaryFile() as result, log.open("w") as output:
        command = [sys.executable, "-m", "tools.drill", "--hold", drill.name, "--into", result.name]
        process = subprocess.Popen(
            [*command, *(["--quick"] if quick else [])],
            cwd=ROOT,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        _running.add(process)
        late = _await(process)
        _running.discard(process)
        said = Path(result.name).read_text()
    if not said:
        why = f"took longer than {LIMIT} s" if late else f"exit code {process.returncode}"
        return Held(drill, failed=f"{why}; see {log.relative_to(ROOT)}")
    came = json.loads(said)
    if "skipped" in came:
        return Held(drill, skipped=came["skipped"])
    return Held(drill, replace(Row(**came), took=time.monotonic() - began))


def _await(process: "subprocess.Popen[bytes]") -> bool:
    """Wait for the process to end; returns whether it had to be stopped."""
    try:
        process.wait(LIMIT)
    except subprocess.TimeoutExpired:
        process.terminate()  # it unwinds, and stops what it started
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return True
    return False
