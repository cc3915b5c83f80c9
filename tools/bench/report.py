"""What was measured, as a table, as JSON and as a chart."""

import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import psutil
from django.db import connection


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


def share(name: str, ours: Sequence[float], floor: Sequence[float], aim: float) -> Figure:
    """Our rates as a share of the floor's, round by round."""
    shares = [one / other for one, other in zip(ours, floor, strict=True)]
    return Figure(
        name,
        median(shares),
        "of the floor",
        aim,
        spread=(min(shares), max(shares)),
        details=f"{median(ours):,.0f}/s against {median(floor):,.0f}/s",
    )


def write(figures: list[Figure], path: Path | None) -> None:
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
    for one in figures:
        sys.stdout.write(_row(one) + "\n")
    if path:
        kept = [{**asdict(one), "reached": one.reached} for one in figures]
        path.write_text(json.dumps({"machine": machine, "figures": kept}, indent=1) + "\n")
        sys.stdout.write(f"\nKept in {path}.\n")


def draw(figures: list[Figure], path: Path) -> None:
    """A bar for each share of a floor, the aim as a line across it."""
    bars = [one for one in figures if one.unit == "of the floor"]
    step, left, width = 34, 250, 360
    parts = []
    for row, one in enumerate(bars):
        y = 14 + row * step
        reach, aim = left + width * min(one.value, 1.0), left + width * (one.aim or 0)
        parts.append(
            f'<text x="{left - 10}" y="{y + 15}" text-anchor="end">{one.name}</text>'
            f'<rect class="floor" x="{left}" y="{y}" width="{width}" height="20" rx="3"/>'
            f'<rect class="ours" x="{left}" y="{y}" width="{reach - left:.0f}" height="20" rx="3"/>'
            f'<line x1="{aim:.0f}" x2="{aim:.0f}" y1="{y - 4}" y2="{y + 24}"/>'
            f'<text x="{left + width + 10}" y="{y + 15}">{one.value:.2f}</text>'
        )
    height = 14 + len(bars) * step + 24
    caption = "share of the floor (whole bar = the floor, line = the aim)"
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="13"><title>{caption}</title>'
        "<style>text{fill:#444}.floor{fill:#8883}.ours{fill:#2a7de1}line{stroke:#d33;stroke-width:2}"
        "@media(prefers-color-scheme:dark){text{fill:#ccc}}</style>"
        + "".join(parts)
        + f'<text x="{left}" y="{height - 8}" font-size="11">{caption}</text></svg>\n'
    )


def _row(one: Figure) -> str:
    mark = {True: "✓", False: "**missed**", None: ""}[one.reached]
    sign = "≥" if one.better == "more" else "≤"
    aim = "" if one.aim is None else f"{sign} {one.aim:g}"
    spread = "" if one.spread is None else f"{one.spread[0]:.2f}–{one.spread[1]:.2f}"
    details = f" ({one.details})" if one.details else ""
    return f"| {one.name} | {one.value:,.2f} {one.unit}{details} | {spread} | {aim} | {mark} |"
