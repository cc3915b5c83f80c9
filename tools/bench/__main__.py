"""Measure the product: `make bench`, `make bench-scale` and `make bench-admin`.

The full measurements of rates and scale are kept in tools/bench/results*.json and written into the
docs, and the rates drawn in docs/performance.svg. A quick one only shows that everything works: it
keeps nothing.
"""

import argparse
import sys
from pathlib import Path

from tools.bench import tables
from tools.bench.product import prepare
from tools.postgres import database, postgres

HERE = Path(__file__).resolve().parent
DRAWING = HERE.parent.parent / "docs" / "performance.svg"


def main() -> int:
    """Measure in a database of its own and report; 1 if a page of the admin is too slow."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("what", choices=("rates", "scale", "admin"), nargs="?", default="rates")
    parser.add_argument("--quick", action="store_true", help="under a minute, rough, not kept")
    options = parser.parse_args()
    with postgres() as server, database(server, "bench") as url:
        prepare(url)
        return measure(url, options.what, quick=options.quick)


def measure(url: str, what: str, *, quick: bool) -> int:
    """One of the three; the exit code."""
    from tools.bench import admin_scale, figures, report, scale  # they need models

    if what == "admin":
        return admin_scale.measure(quick=quick)
    if what == "scale":
        measured = scale.measure(url, scale.QUICK if quick else scale.FULL)
        report.write(measured, None if quick else HERE / "results-scale.json")
    else:
        measured = figures.measure(url, figures.QUICK if quick else figures.FULL)
        report.write(measured, None if quick else HERE / "results.json")
        if not quick:
            report.draw(measured, DRAWING)
    if not quick:
        tables.renew()
    return 0


if __name__ == "__main__":
    sys.exit(main())
