"""Draws the panels of the dashboard as one SVG from a recording."""

import json
import math
import re
from html import escape
from typing import Any

from tools.dashboard.prometheus import Recording, Series
from tools.server import ROOT

FILE = ROOT / "deploy" / "monitoring" / "dashboard.json"
WIDTH, HEIGHT, GAP = 440, 120, 56  # of a panel's plot, and between two
LETTER = 5.6  # how wide a letter is
COLOURS = "#2a7de1", "#e1572a", "#2aa35a", "#a04cd0", "#c79a00"
UNITS = {"s": " s", "percentunit": " %", "reqps": "/s"}
STYLE = (
    "text{fill:#444}.name{font-weight:600}.line{fill:none;stroke-width:1.3}"
    ".frame{fill:#8881}.fault{fill:#d332}@media(prefers-color-scheme:dark){text{fill:#ccc}}"
)
Named = tuple[str, list[tuple[float, float]]]


def draw(recorded: Recording, caption: str, fault: tuple[float, float] = (0, 0)) -> str:
    """All panels that have data, two to a row; the time of the fault is shaded.

    `fault` is when it began and ended, in seconds since the recording began.
    """
    panels = [one for one in json.loads(FILE.read_text())["panels"] if one.get("targets")]
    lines = [(panel, named(panel, recorded)) for panel in panels]
    shown = [(panel, series) for panel, series in lines if series]
    end = max((at for _, series in shown for _, points in series for at, _ in points), default=1)
    caption = f"{caption}. {end:.0f} seconds from left to right"
    rows = math.ceil(len(shown) / 2)
    width, height = 2 * (WIDTH + 40) + 20, rows * (HEIGHT + GAP) + 40
    parts = [
        f'<g transform="translate({20 + n % 2 * (WIDTH + 60)},{20 + n // 2 * (HEIGHT + GAP)})">'
        f"{_shaded(fault, end)}{_panel(panel, series, end)}</g>"
        for n, (panel, series) in enumerate(shown)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="11"><title>{escape(caption)}</title>'
        f"<style>{STYLE}</style>{''.join(parts)}"
        f'<text x="20" y="{height - 10}">{escape(caption)}</text></svg>\n'
    )


def named(panel: dict[str, Any], recorded: Recording) -> list[Named]:
    """The lines of a panel that are ever above zero, highest first."""
    found = [
        (_legend(target["legendFormat"], series), _finite(series))
        for target in panel["targets"]
        for series in recorded.series(target["expr"])
    ]
    lines = [(name, points) for name, points in found if any(value for _, value in points)]
    return sorted(lines, key=lambda line: -_top(line[1]))


def _legend(pattern: str, series: Series) -> str:
    legend = re.sub(r"{{(\w+)}}", lambda found: series.labels.get(found[1], ""), pattern)
    return legend.removeprefix("api/v1/")


def _finite(series: Series) -> list[tuple[float, float]]:
    return [(at, value) for at, value in series.points if math.isfinite(value)]


def _top(points: list[tuple[float, float]]) -> float:
    return max((value for _, value in points), default=0.0)


def _shaded(fault: tuple[float, float], end: float) -> str:
    began, ended = (WIDTH * at / end for at in fault)
    return (
        f'<rect class="frame" width="{WIDTH}" height="{HEIGHT}"/>'
        f'<rect class="fault" x="{began:.0f}" width="{ended - began:.0f}" height="{HEIGHT}"/>'
    )


def _panel(panel: dict[str, Any], lines: list[Named], end: float) -> str:
    top = _top(lines[0][1])
    unit = panel["fieldConfig"]["defaults"]["unit"]
    most = f"{100 * top if unit == 'percentunit' else top:.3g}{UNITS.get(unit, '')}"
    parts = [
        f'<text class="name" y="-4">{escape(panel["title"])}</text>',
        f'<text x="{WIDTH}" y="-4" text-anchor="end">up to {most}</text>',
    ]
    for (_, points), colour in zip(lines, COLOURS, strict=False):
        path = " ".join(
            f"{WIDTH * at / end:.1f},{HEIGHT - HEIGHT * value / top:.1f}" for at, value in points
        )
        parts.append(f'<polyline class="line" stroke="{colour}" points="{path}"/>')
    return "".join(parts) + _names([name for name, _ in lines])


def _names(names: list[str]) -> str:
    """The names of as many lines as fit, and how many lines are left out."""
    parts, left = list[str](), 0.0
    for name, colour in zip(names, COLOURS, strict=False):
        if left + LETTER * len(name) > WIDTH - 20:
            break
        parts.append(
            f'<text x="{left:.0f}" y="{HEIGHT + 14}" style="fill:{colour}">{escape(name)}</text>'
        )
        left += LETTER * len(name) + 14
    if more := len(names) - len(parts):
        parts.append(f'<text x="{left:.0f}" y="{HEIGHT + 14}">+{more}</text>')
    return "".join(parts)
