"""Measure the figures of README.md, each beside its floor in the same run: `make bench`.

Writes tools/bench/results.json and docs/performance.svg, and prints the table.
"""

import argparse
from pathlib import Path

from tools.postgres import postgres
from tools.server import environment, prepare


def main() -> None:
    """Set up PostgreSQL and Django, measure, report."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--scale", action="store_true", help="the tables of millions instead")
    parser.add_argument("--quick", action="store_true", help="a rough run of a minute or two")
    options = parser.parse_args()
    with postgres() as url:
        environ = environment(url)
        prepare(environ)
        from tools.bench import figures, report, scale  # they need models

        if options.scale:
            report.write(scale.measure(environ), Path("tools/bench/results-scale.json"))
        else:
            measured = figures.measure(environ, quick=options.quick)
            report.write(measured, Path("tools/bench/results.json"))
            report.draw(measured, Path("docs/performance.svg"))


if __name__ == "__main__":
    main()
