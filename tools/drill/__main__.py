"""Runs drills: `make drill` for all, or `python -m tools.drill NAME …` for some.

Full runs are kept in tools/drill/results.json and written into docs/reliability.md. Quick runs are
short and rough: nothing is kept, and timings are not judged. The exit code is 1 if a requirement
was not met.
"""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict
from itertools import accumulate
from pathlib import Path

from tools.drill import report, scene
from tools.drill.lanes import Held, hold_all
from tools.drill.registry import Drill, ImpossibleError, load_drills

TOTAL = 570  # seconds for all drills, those held again included


def main() -> int:
    """The exit code."""
    drills = load_drills()
    parser = argparse.ArgumentParser(prog="python -m tools.drill", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="all, unless named")
    parser.add_argument("--list", action="store_true", help="the names, and what is done")
    parser.add_argument("--quick", action="store_true", help="short, a few of them, not kept")
    parser.add_argument("--hold", choices=drills, metavar="NAME", help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
    if unknown := set(options.names) - set(drills):
        parser.error(f"no such drill: {', '.join(sorted(unknown))}")
    if options.list:
        print("\n".join(f"{one.name:32} {one.title}" for one in drills.values()))
        return 0
    if options.hold:
        return hold_here(drills[options.hold], options.into, quick=options.quick)
    chosen = [drills[name] for name in options.names] or [
        one for one in drills.values() if one.quick or not options.quick
    ]
    return hold_and_report(chosen, list(drills), quick=options.quick)


def hold_here(drill: Drill, into: Path, *, quick: bool) -> int:
    """Run one drill in this process."""
    try:
        result = asdict(scene.hold(drill, quick=quick))
    except ImpossibleError as reason:
        result = {"skipped": str(reason)}
    into.write_text(json.dumps(result))
    return 0


def hold_and_report(drills: list[Drill], order: list[str], *, quick: bool) -> int:
    """Hold them, several at once, and print what came of each; 1 if anything missed.

    Beside others a drill may be too slow for its bounds; then it is held again, alone, if there is
    time.
    """
    began, busy = time.monotonic(), os.getloadavg()[0]
    took = {row["name"]: row["took"] for row in report.kept()}
    came = {one.drill.name: one for one in map(reported, hold_all(drills, took, quick=quick))}
    late = [one for one in came.values() if one.row and one.row.slow]
    slow = in_time(late, TOTAL - (time.monotonic() - began))
    if slow and not quick:
        print(f"again, alone: {len(slow)}", flush=True)
        again = map(reported, hold_all(slow, took, quick=quick, lanes=1))
        came |= {one.drill.name: one for one in again}
    rows = [one.row for one in came.values() if one.row]
    rows.sort(key=lambda row: order.index(row.name))
    print("\n" + report.table(map(asdict, rows)))
    if rows and not quick:
        report.keep(rows, order, busy)
    return int(any(one.failed or (one.row and one.row.missed) for one in came.values()))


def in_time(held: Iterable[Held], seconds: float) -> list[Drill]:
    """The shortest of these drills, as many as can be held one by one in the time."""
    shortest = sorted((one.row.took, one.drill.name, one.drill) for one in held if one.row)
    ends = accumulate(took for took, _, _ in shortest)
    return [drill for (_, _, drill), end in zip(shortest, ends, strict=True) if end <= seconds]


def reported(one: Held) -> Held:
    """Print one line with the result, and return it."""
    missed = one.failed or "; ".join(one.row.missed if one.row else [])
    print(f"{one.drill.name}:", f"SKIPPED: {one.skipped}" if one.skipped else missed or "held")
    sys.stdout.flush()
    return one


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
