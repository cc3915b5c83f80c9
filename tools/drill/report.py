"""The results as JSON and as a table, which goes into docs/reliability.md."""

import json
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from tools.drill.measures import Row

HERE = Path(__file__).resolve().parent
KEPT = HERE / "results.json"
DOCUMENT = HERE.parents[1] / "docs" / "reliability.md"
BEGIN, END = "<!-- results -->\n", "<!-- /results -->"
MACHINE = """\
{processors} processors ({machine}), Python {python}. Before the last run began, {busy} other
programs wanted a processor on average."""
HEAD = """\
| Drill | Sent | Failed | Without service | Back after | Longest answer | healthz | Writes lost | \
Invariants |
|---|---|---|---|---|---|---|---|---|
"""


def table(rows: Iterable[dict[str, Any]]) -> str:
    """The rows in Markdown."""
    return HEAD + "".join(map(_line, rows))


def kept() -> list[dict[str, Any]]:
    """The results of earlier runs."""
    rows: list[dict[str, Any]] = json.loads(KEPT.read_text())["drills"] if KEPT.exists() else []
    return rows


def keep(rows: Sequence[Row], order: Sequence[str], busy: float) -> None:
    """Replace older results of the same drills, and update the document.

    `busy` is the load of the machine before the drills began, which makes their figures worse.
    """
    by_name = {row["name"]: row for row in kept()} | {one.name: asdict(one) for one in rows}
    machine = {
        "processors": psutil.cpu_count(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "busy": round(busy, 1),
    }
    results = {"machine": machine, "drills": [by_name[name] for name in order if name in by_name]}
    KEPT.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    DOCUMENT.write_text(renewed())


def renewed() -> str:
    """The document's text with an updated table."""
    results = json.loads(KEPT.read_text())
    before, begin, rest = DOCUMENT.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"{DOCUMENT.name} has no place for the table.")
    machine = MACHINE.format(**results["machine"])
    return f"{before}{BEGIN}{table(results['drills'])}\n{machine}\n{END}{after}"


def _line(row: dict[str, Any]) -> str:
    failed = f"{row['refused'] + row['unanswered']:,}"
    if row["unanswered"]:
        failed += f" ({row['unanswered']:,} unanswered)"
    found = [*(row["broken"] or ["hold"]), *row["unexpected"]]
    if row["logged_out"]:
        found.append(f"{row['logged_out']} had to log in again")
    cells = [
        row["title"] + (f"; {row['notes']}" if row["notes"] else ""),
        f"{row['sent']:,}",
        failed,
        _seconds(row["without_service"]),
        _seconds(row["back"]),
        _seconds(row["longest"]),
        f"{row['healthz'] * 1000:.0f} ms",
        f"{row['lost']} of {row['acknowledged']:,}",
        "; ".join(found),
    ]
    return f"| {' | '.join(cells)} |\n"


def _seconds(value: float) -> str:
    return f"{value:.1f} s"
