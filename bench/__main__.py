"""Measure the figures of README.md, each beside its floor in the same run: `make bench`.

Writes bench/results.json and docs/performance.svg, and prints the table.
"""

import argparse
from pathlib import Path

from bench.postgres import postgres
from bench.server import environment, prepare


def main() -> None:
    """Set up PostgreSQL and Django, measure, report."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--scale", action="store_true", help="the tables of millions instead")
    parser.add_argument("--quick", action="store_true", help="a rough run of a minute or two")
    options = parser.parse_args()
    with postgres() as url:
        environ = environment(url)
        prepare(environ)
        from bench import figures, report, scale  # they need models

        if options.scale:
            report.write(scale.measure(environ), Path("bench/results-scale.json"))
        else:
            measured = figures.measure(environ, quick=options.quick)
            report.write(measured, Path("bench/results.json"))
            report.draw(measured, Path("docs/performance.svg"))


if __name__ == "__main__":
    main()
