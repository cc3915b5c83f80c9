"""Write the kept results into the docs, as the full benchmarks do at their end.

A table stands between `<!-- name -->` and `<!-- /name -->`; everything else is left alone.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tools.bench.cores import cores

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "tools" / "bench"
Kept = dict[str, Any]
NAMES = {
    "profile with 50 invitees": "profiles",
    "logins": "logins",
    "activations": "activations",
    "refreshes": "refreshes",
}
RUSSIAN = {
    "profile with 50 invitees": "профиль",
    "logins": "вход",
    "activations": "активация кода",
    "refreshes": "обновление токенов",
}
MACHINE = "{processors} processors ({machine}), Python {python}, PostgreSQL {postgresql}."


def figures(kept: Kept) -> str:
    """Every figure of a run, with what it is a share or a multiple of."""
    rows = ["| Figure | Measured | Spread | Aim |", "|---|---|---|---|"]
    for one in kept["figures"]:
        details = f" ({one['details']})" if one["details"] else ""
        spread = "{:.2f}–{:.2f}".format(*one["spread"]) if one["spread"] else ""
        measured = f"**{one['value']:,.2f}** {one['unit']}{details}"
        rows.append(f"| {one['name']} | {measured} | {spread} | {aim_of(one)} |")
    return "\n".join([*rows, "", MACHINE.format(**kept["machine"])])


def aim_of(one: Kept) -> str:
    """The aim, and whether it was met."""
    if one["aim"] is None:
        return ""
    sign = "≥" if one["better"] == "more" else "≤"
    return f"{sign} {one['aim']:g}, {'met' if one['reached'] else '**missed**'}"


def soak(kept: Kept) -> str:
    """The figures of a steady load, and its picture."""
    return f"![Rates, latencies and what each worker takes](soak.svg)\n\n{figures(kept)}"


def rates(kept: Kept) -> str:
    """Each kind of call on each rival; its processor time, and the product's share of it."""
    rows = [
        "| Call | on | Per second | p50 | p99 | Server, µs | PostgreSQL, µs | Product's share |",
        "|---|---|---|---|---|---|---|---|",
    ]
    product = {one["call"]: one["rate"] for one in kept["rates"] if one["rival"] == "product"}
    for one in kept["rates"]:
        floor = one["rival"].endswith("floor")
        share = f"{product[one['call']] / one['rate']:.2f}" if floor else ""
        database = "" if one["rival"].endswith("SQLite") else f"{one['database']:,.0f}"
        cells = "{call} | {rival} | {rate:,.0f} | {p50:.1f} ms | {p99:.1f} ms | {server:,.0f}"
        rows.append(f"| {cells.format(**one)} | {database} | {share} |")
    busiest = max(one["load"] * one["rate"] / 1e6 for one in kept["rates"])
    note = f"wrk itself took {busiest:.0%} of one processor at most."
    return "\n".join([*rows, "", note])


def journey(kept: Kept) -> str:
    """The journey and its steps."""
    one = kept["journey"]
    rows = ["| Step | p50 | p99 |", "|---|---|---|"]
    for name, (p50, p99) in {**one["steps"], "the whole journey": one["whole"]}.items():
        rows.append(f"| {name} | {p50:,.0f} ms | {p99:,.0f} ms |")
    text = "{rate:,.0f} journeys per second by {clients:,} clients; {refused:,} refused. One takes "
    text += "{server:,.0f} µs of the server's processor time and {database:,.0f} of PostgreSQL's."
    return "\n".join([*rows, "", text.format(**one)])


def per_day(kept: Kept) -> str:
    """What one machine does in a second, and in a day whose busiest hour has a tenth of it."""
    measured = {
        NAMES[one["call"]]: one["rate"] for one in kept["rates"] if one["rival"] == "product"
    }
    measured["journeys (code, login, profile, activation)"] = kept["journey"]["rate"]
    rows = [
        "| Per second | Measured | A day, if the busiest hour has a tenth of it |",
        "|---|---|---|",
    ]
    rows += [
        f"| {name} | {rate:,.0f} | {rate * 3600 * 10 / 1e6:.0f} million |"
        for name, rate in measured.items()
    ]
    return "\n".join(rows)


def shares(kept: Kept) -> str:
    """The shares of the fastest floor in one line."""
    return _listed(kept, NAMES)


def russian_shares(kept: Kept) -> str:
    """The same in Russian."""
    return _listed(kept, RUSSIAN).replace(", ", "; ").replace(".", ",")


def _listed(kept: Kept, names: dict[str, str]) -> str:
    values = {one["name"]: one["value"] for one in kept["figures"]}
    return ", ".join(f"{names[name]} {values[name]:.2f}" for name in names)


class Place(NamedTuple):
    """A table in a document: from which results it is made, and which part of them it needs."""

    name: str
    kept: str
    part: str
    table: Callable[[Kept], str]
    otherwise: str = "Not measured yet."


TABLES = {
    "docs/performance.md": [
        Place("results", "results.json", "figures", figures),
        Place("rates", "results.json", "rates", rates),
        Place("journey", "results.json", "journey", journey),
        Place("cores", "results.json", "journey", cores),
        Place("results-scale", "results-scale.json", "figures", figures),
        Place("soak", "soak.json", "figures", soak),
        Place("python", "results-python.json", "figures", figures),
    ],
    "docs/scaling.md": [Place("rates", "results.json", "journey", per_day)],
    "README.md": [Place("shares", "results.json", "rates", shares, "not measured yet")],
    "README.ru.md": [Place("shares", "results.json", "rates", russian_shares, "ещё не измерено")],
}


def renewed(document: str) -> str:
    """The document's text with the tables of today's results."""
    text = (ROOT / document).read_text()
    for place in TABLES[document]:
        before, begin, rest = text.partition(f"<!-- {place.name} -->\n")
        _, end, after = rest.partition(f"<!-- /{place.name} -->")
        if not (begin and end):
            raise SystemExit(f"{document} has no place for the table {place.name}.")
        text = f"{before}{begin}{_filled(place)}\n{end}{after}"
    return text


def _filled(place: Place) -> str:
    path = RESULTS / place.kept
    kept = json.loads(path.read_text()) if path.exists() else {}
    return place.table(kept) if place.part in kept else place.otherwise


def renew() -> None:
    """Write today's tables."""
    for document in TABLES:
        (ROOT / document).write_text(renewed(document))


if __name__ == "__main__":
    renew()
