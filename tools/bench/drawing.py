"""What was measured, as pictures for the docs."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.bench.report import FASTEST, Figure

HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 {height}" role="img" '
    'font-family="system-ui, sans-serif" font-size="13"><title>{title}</title>'
    "<style>text{{fill:#444}}.floor{{fill:#8883}}.ours{{fill:#2a7de1}}"
    "line{{stroke:#d33;stroke-width:2}}polyline{{fill:none;stroke:#2a7de1;stroke-width:1.5}}"
    "polyline.b{{stroke:#e1812a}}polyline.c{{stroke:#3a9d5d}}"
    "tspan.a{{fill:#2a7de1}}tspan.b{{fill:#c86410}}tspan.c{{fill:#2f8a4f}}.axis{{stroke:#8886;stroke-width:1}}"
    "@media(prefers-color-scheme:dark){{text{{fill:#ccc}}}}</style>"
)
LINES = ("a", "b", "c")  # classes of a chart's lines, in turn


def draw_shares(figures: Sequence[Figure], path: Path) -> None:
    """A bar for each share of the fastest floor, the aim as a line across it."""
    bars = [one for one in figures if one.unit == FASTEST]
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
    caption = "share of the fastest floor (whole bar = the floor, line = the aim)"
    parts.append(f'<text x="{left}" y="{height - 8}" font-size="11">{caption}</text>')
    _write(path, caption, height, parts)


def draw_soak(samples: Sequence[dict[str, Any]], path: Path) -> None:
    """Rates, p99, and what each worker takes, over time."""
    kinds = ("profiles", "refreshes", "journeys")
    workers = range(len(samples[0]["memory"]))
    charts = [
        ("per second", {kind: [one[kind]["rate"] for one in samples] for kind in kinds}),
        (
            "p99, ms (journeys: of all four calls)",
            {kind: [one[kind]["p99"] for one in samples] for kind in kinds},
        ),
        ("memory, MB", {f"worker {n + 1}": [one["memory"][n] for one in samples] for n in workers}),
        ("open files", {f"worker {n + 1}": [one["files"][n] for one in samples] for n in workers}),
        ("connections to PostgreSQL", {"all": [one["connections"] for one in samples]}),
    ]
    parts = [
        part
        for row, (title, lines) in enumerate(charts)
        for part in _chart(title, lines, 24 + row * 116)
    ]
    minutes = samples[-1]["at"] / 60
    height = 24 + len(charts) * 116
    parts.append(f'<text x="640" y="{height - 10}" text-anchor="end">{minutes:g} minutes</text>')
    _write(path, f"a steady load for {minutes:g} minutes", height, parts)


def _chart(title: str, lines: dict[str, list[float]], top: float) -> list[str]:
    """Lines from left to right over a scale that begins at 0."""
    left, width, high = 60, 580, 70
    most = max(max(values) for values in lines.values()) or 1
    names = ", ".join(
        f'<tspan class="{look}">{name}</tspan>'
        for name, look in zip(lines, itertools.cycle(LINES), strict=False)
    )
    parts = [
        f'<text x="{left}" y="{top}" font-size="11">{title}: {names}</text>',
        f'<text x="{left - 6}" y="{top + 18}" text-anchor="end" font-size="11">{most:,.0f}</text>',
        f'<line class="axis" x1="{left}" x2="{left + width}" y1="{top + 10 + high}" '
        f'y2="{top + 10 + high}"/>',
    ]
    for values, look in zip(lines.values(), itertools.cycle(LINES), strict=False):
        apart = width / max(1, len(values) - 1)
        points = " ".join(
            f"{left + n * apart:.0f},{top + 10 + high * (1 - value / most):.1f}"
            for n, value in enumerate(values)
        )
        parts.append(f'<polyline class="{look}" points="{points}"/>')
    return parts


def _write(path: Path, title: str, height: float, parts: Sequence[str]) -> None:
    head = HEAD.format(height=f"{height:.0f}", title=title)
    path.write_text(f"{head}{''.join(parts)}</svg>\n")
