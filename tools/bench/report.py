"""What was measured, as a table and as JSON."""

import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from django.db import connection

FASTEST = "of the fastest floor"


@dataclass(frozen=True)
class Figure:
    """One figure: measured values, what they are compared with, and the aim.

    `value` is compared with `aim` in the direction of `better`; `spread` are the least and greatest
    of the single rounds.
    """

    name: str
    value: float
    unit: str
    aim: float | None = None
    better: str = "more"
    spread: tuple[float, float] | None = None
    details: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the aim was reached; None without one."""
        if self.aim is None:
            return None
        return self.value >= self.aim if self.better == "more" else self.value <= self.aim


@dataclass(frozen=True)
class Results:
    """Everything of one run: figures, rates by call and rival, the steps of a journey, samples."""

    figures: list[Figure]
    rates: list[dict[str, Any]] = field(default_factory=list)
    journey: dict[str, Any] = field(default_factory=dict)
    samples: list[dict[str, Any]] = field(default_factory=list)


def share(name: str, ours: Sequence[float], floor: Sequence[float], aim: float) -> Figure:
    """Our rates as a share of the fastest floor's, round by round."""
    return ratio(name, ours, floor, FASTEST, aim)


def ratio(
    name: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    unit: str,
    aim: float | None = None,
    *,
    of: str = "/s",
) -> Figure:
    """Our rates, or what else `of` says, as multiples of theirs, round by round."""
    each = [one / other for one, other in zip(ours, theirs, strict=True)]
    return Figure(
        name,
        median(each),
        unit,
        aim,
        spread=(min(each), max(each)),
        details=f"{median(ours):,.0f}{of} against {median(theirs):,.0f}{of}",
    )


def write(results: Results, path: Path | None) -> None:
    """Print the table and, with a path, keep it as JSON."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
    machine = {
        "processors": psutil.cpu_count(),
        "python": platform.python_version(),
        "postgresql": postgres,
        "machine": platform.machine(),
    }
    sys.stdout.write(f"\n{', '.join(f'{name} {value}' for name, value in machine.items())}\n\n")
    sys.stdout.write("| Figure | Measured | Spread | Aim | |\n|---|---|---|---|---|\n")
    for one in results.figures:
        sys.stdout.write(_row(one) + "\n")
    for rate in results.rates:
        sys.stdout.write(_rate(rate) + "\n")
    if results.journey:
        sys.stdout.write(f"\nJourneys: {results.journey}\n")
    if path:
        figures = [{**asdict(one), "reached": one.reached} for one in results.figures]
        kept = {"machine": machine, "figures": figures}
        more = {"rates": results.rates, "journey": results.journey, "samples": results.samples}
        kept |= {name: value for name, value in more.items() if value}
        path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
        sys.stdout.write(f"\nKept in {path}.\n")


def _row(one: Figure) -> str:
    mark = {True: "✓", False: "**missed**", None: ""}[one.reached]
    sign = "≥" if one.better == "more" else "≤"
    aim = "" if one.aim is None else f"{sign} {one.aim:g}"
    spread = "" if one.spread is None else f"{one.spread[0]:.2f}–{one.spread[1]:.2f}"
    details = f" ({one.details})" if one.details else ""
    return f"| {one.name} | {one.value:,.2f} {one.unit}{details} | {spread} | {aim} | {mark} |"


def _rate(one: dict[str, Any]) -> str:
    costs = "server {server:,.0f}, PostgreSQL {database:,.0f}, wrk {load:,.0f} µs".format(**one)
    line = "{call}, {rival}: {rate:,.0f}/s, p50 {p50:.1f} ms, p99 {p99:.1f} ms"
    return f"{line.format(**one)}; {costs}"
