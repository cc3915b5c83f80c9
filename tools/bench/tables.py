"""Write the kept results into the docs, as `make bench` and `make bench-scale` do at their end.

A table stands between `<!-- name -->` and `<!-- /name -->`; everything else is left alone.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "tools" / "bench"
RATES = {
    "profile with 50 invitees": "profiles",
    "logins": "logins",
    "activations": "activations",
    "1,600 clients asking for codes": "code requests, each waiting 1 to 2 s",
}


def figures(results: dict[str, Any]) -> str:
    """Every figure of a run, with what it is a share or a multiple of."""
    rows = ["| Figure | Measured | Spread | Aim |", "|---|---|---|---|"]
    for one in results["figures"]:
        details = f" ({one['details']})" if one["details"] else ""
        spread = "{:.2f}–{:.2f}".format(*one["spread"]) if one["spread"] else ""
        aim = f"{'≥' if one['better'] == 'more' else '≤'} {one['aim']:g}" if one["aim"] else ""
        missed = ", missed" if one["reached"] is False else ""
        measured = f"**{one['value']:,.2f}** {one['unit']}{details}"
        rows.append(f"| {one['name']} | {measured} | {spread} | {aim}{missed} |")
    machine = "{processors} processors ({machine}), Python {python}, PostgreSQL {postgresql}."
    return "\n".join([*rows, "", machine.format(**results["machine"])])


def rates(results: dict[str, Any]) -> str:
    """What one machine does in a second, and in a day whose busiest hour has a tenth of it."""
    rows = [
        "| Per second | Measured | A day, if the busiest hour has a tenth of it |",
        "|---|---|---|",
    ]
    for one in results["figures"]:
        if one["name"] in RATES:
            rate = int(one["details"].split("/s")[0].replace(",", ""))
            day = rate * 3600 * 10 / 1e6
            rows.append(f"| {RATES[one['name']]} | {rate:,} | {day:.0f} million |")
    return "\n".join(rows)


TABLES: dict[str, list[tuple[str, str, Callable[[dict[str, Any]], str]]]] = {
    "docs/performance.md": [
        ("results", "results.json", figures),
        ("results-scale", "results-scale.json", figures),
    ],
    "docs/scaling.md": [("rates", "results.json", rates)],
}


def renewed(document: str) -> str:
    """The document's text with the tables of today's results."""
    text = (ROOT / document).read_text()
    for name, kept, table in TABLES[document]:
        results = json.loads((RESULTS / kept).read_text())
        before, begin, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        if not (begin and end):
            raise SystemExit(f"{document} has no place for the table {name}.")
        text = f"{before}{begin}{table(results)}\n{end}{after}"
    return text


def renew() -> None:
    """Write today's tables."""
    for document in TABLES:
        (ROOT / document).write_text(renewed(document))


if __name__ == "__main__":
    renew()
