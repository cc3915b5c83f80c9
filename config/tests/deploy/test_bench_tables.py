"""The tables and charts of the benchmarks show the kept results, and judge them."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from config.tests.load import once
from tools.bench import drawing, soak, tables
from tools.bench.cores import cores
from tools.bench.load import Load
from tools.bench.processors import Spent
from tools.bench.report import Figure, ratio, share
from tools.bench.rivals import Rate

pytestmark = once

CALLS = tuple(tables.NAMES)


def loaded(rate, p99=9.0):
    return Load(rate * 2, 0, 2.0, 0, 0, 3.0, p99)


def measured(call, rival, *rates):
    spent = [Spent(server=rate * 2 / 1e3, database=rate / 1e3, load=0.2) for rate in rates]
    return Rate(call, rival, [loaded(rate) for rate in rates], spent).kept()


@pytest.fixture
def kept():
    """The results of a run: 500 calls a second for the product, 1,000 for the fastest floor."""
    rivals = {"product": 500, "fastest floor": 1_000, "product on SQLite": 250}
    return {
        "machine": {"processors": 2, "machine": "m", "python": "3", "postgresql": "18"},
        "figures": [{"name": call, "value": 0.5} for call in CALLS],
        "rates": [measured(call, name, rate) for call in CALLS for name, rate in rivals.items()],
        "journey": {
            "clients": 400,
            "rate": 50.0,
            "refused": 0,
            "whole": [1_600.0, 2_200.0],
            "steps": {"code": [1_500.0, 2_000.0]},
            "server": 10_000.0,
            "database": 6_000.0,
        },
    }


def test_a_rate_is_the_median_of_its_rounds_and_costs_are_those_of_one_call():
    one = measured("logins", "product", 100, 300, 200)
    assert (one["rate"], one["rates"], one["p99"]) == (200, [100, 300, 200], 9.0)
    assert (one["server"], one["database"]) == (1_000, 500)


def test_a_share_compares_round_by_round_and_is_met_or_missed():
    one = share("x", [50, 60, 10], [100, 100, 100], aim=0.5)
    assert (one.value, one.spread, one.reached) == (0.5, (0.1, 0.6), True)
    assert ratio("x", [49], [100], "×", 0.5).reached is False
    assert ratio("x", [49], [100], "×").reached is None
    assert Figure("x", 3, "s", 2, "less").reached is False


def test_the_table_of_rates_has_each_rival_and_the_products_share_of_floors_only(kept):
    lines = [line for line in tables.rates(kept).splitlines() if line.startswith("| logins")]
    assert [line.split(" | ")[1] for line in lines] == [
        "product",
        "fastest floor",
        "product on SQLite",
    ]
    assert [line.split(" | ")[-1].strip(" |") for line in lines] == ["", "0.50", ""]
    assert "20%" not in tables.rates(kept)
    assert "wrk itself took 10% of one processor at most" in tables.rates(kept)


def test_processors_are_counted_with_and_without_the_database(kept):
    journey = next(line for line in cores(kept).splitlines() if line.startswith("| journey"))
    assert journey.startswith("| journey | 100 | 62 |")
    assert "17.8 (with its database)" in journey


def test_both_readmes_tell_the_same_shares(kept):
    assert tables.shares(kept) == ", ".join(f"{tables.NAMES[call]} 0.50" for call in CALLS)
    numbers = re.findall(r"\d,\d\d", tables.russian_shares(kept))
    assert numbers == ["0,50"] * len(CALLS)


def test_each_call_of_a_day_is_counted_by_its_busiest_hour(kept):
    assert "| logins | 500 | 18 million |" in tables.per_day(kept)


def test_what_is_kept_can_be_drawn(kept, tmp_path):
    figures = [share(call, [1], [2], aim=0.5) for call in CALLS]
    drawing.draw_shares(figures, tmp_path / "shares.svg")
    bars = ET.parse(tmp_path / "shares.svg").findall(".//*[@class='ours']")
    assert [bar.get("width") for bar in bars] == ["180"] * len(CALLS)


def sample(at, memory=(90.0, 91.0), errors=0, pids=(1, 2), files=(40, 40)):
    one = {"rate": 10.0, "p50": 1.0, "p99": 2.0, "errors": errors}
    taken = {"pids": pids, "memory": memory, "files": files, "connections": 20}
    return {"at": at, **dict.fromkeys(soak.KINDS, one), **taken}


def missed(samples):
    return {one.name for one in soak.judge(samples) if one.reached is False}


def test_a_steady_load_without_growth_or_errors_misses_nothing(tmp_path):
    samples = [sample(20 * n) for n in range(1, 11)]
    assert missed(samples) == set()
    drawing.draw_soak(json.loads(json.dumps(samples)), tmp_path / "soak.svg")
    assert len(ET.parse(tmp_path / "soak.svg").findall(".//{*}polyline")) == 11


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"memory": (90.0, 97.0)}, "growth of a warm worker"),
        ({"files": (51, 40)}, "open files gained by a warm worker"),
        ({"errors": 1}, "errors in 3.33333 minutes"),
        ({"pids": (1, 3)}, "workers replaced"),
    ],
)
def test_growth_errors_and_new_workers_are_told(change, name):
    samples = [sample(20 * n) for n in range(1, 9)]
    late = [sample(20 * n, **change) for n in (9, 10)]
    assert missed(samples + late) == {name}
