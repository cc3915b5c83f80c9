"""Measure the product: `make bench`, `bench-scale`, `bench-admin`, `bench-soak`, `bench-python`.

Full measurements but those of the admin are kept in tools/bench/*.json, written into the docs and
drawn. A quick one only shows that everything works: it keeps nothing.
"""

import argparse
import sys
from pathlib import Path

from tools.bench import tables
from tools.bench.product import prepare
from tools.postgres import database, postgres

HERE = Path(__file__).resolve().parent
DOCS = HERE.parent.parent / "docs"


def main() -> int:
    """Measure in a database of its own and report; 1 if a page of the admin is too slow."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    kinds = ("rates", "scale", "admin", "soak", "python")
    parser.add_argument("what", choices=kinds, nargs="?", default="rates")
    parser.add_argument("--quick", action="store_true", help="under a minute, rough, not kept")
    parser.add_argument("--other", default=sys.executable, help="interpreter to compare with")
    options = parser.parse_args()
    with postgres() as server, database(server, "bench") as url:
        prepare(url)
        if options.what == "admin":
            from tools.bench import admin_scale

            return admin_scale.measure(quick=options.quick)
        measure(url, options.what, options.other, quick=options.quick)
    return 0


def measure(url: str, what: str, other: str, *, quick: bool) -> None:
    """Measure one kind of figures, and keep what was measured in full."""
    from tools.bench import drawing, figures, pythons, report, scale, soak  # they need models

    kept = {"rates": "results.json", "soak": "soak.json"}.get(what, f"results-{what}.json")
    if what == "scale":
        results = report.Results(scale.measure(url, scale.QUICK if quick else scale.FULL))
    elif what == "soak":
        judged, samples = soak.measure(url, soak.QUICK if quick else soak.FULL)
        results = report.Results(judged, samples=samples)
    elif what == "python":
        size = pythons.QUICK if quick else pythons.FULL
        results = report.Results(pythons.measure(url, size, sys.executable, other))
    else:
        results = figures.measure(url, figures.QUICK if quick else figures.FULL)
    report.write(results, None if quick else HERE / kept)
    if quick:
        return
    if what == "rates":
        drawing.draw_shares(results.figures, DOCS / "performance.svg")
    if what == "soak":
        drawing.draw_soak(results.samples, DOCS / "soak.svg")
    tables.renew()


if __name__ == "__main__":
    sys.exit(main())
