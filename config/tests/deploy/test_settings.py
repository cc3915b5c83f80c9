"""A bad or missing value stops the start with one clear line."""

import os
import re
import subprocess
import sys

import pytest

from config import environment as env
from config.tests.load import once
from tools.server import EXAMPLE, ROOT

pytestmark = once

GOOD = {"SECRET_KEY": "k" * 40, "PATH": os.environ["PATH"], "DEBUG": "false"}


def start(
    shown: str = "s.DEBUG, s.DATABASES['default']['ENGINE']", **values: str
) -> subprocess.CompletedProcess[str]:
    code = f"from config import settings as s; print({shown})"
    environment = {**GOOD, "DJANGO_DOTENV": "", **values}
    return subprocess.run(
        [sys.executable, "-c", f"import dotenv; dotenv.load_dotenv = lambda *a: None; {code}"],
        env=environment,
        capture_output=True,
        text=True,
    )


def test_the_defaults_are_those_of_production():
    assert start().stdout.strip() == "False config.sqlite"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("OTP_KEY", "short"),
        ("JWT_SIGNING_KEY", "short"),
        ("DEBUG", "perhaps"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "sqlite:///db.sqlite3?synchronous=sometimes"),
        ("PHONE_REGION", "XX"),
        ("PHONE_REGIONS", "RU,XX"),
        ("SMS_URL", "twilio"),
        ("SMS_URL", "simulated:// json://localhost"),
        ("SMS_DELAY", "2-1"),
        ("SMS_DELAY", "soon"),
        ("SMS_HOURLY_BUDGET", "0"),
        ("GUESS_ALARM", "1000"),
        ("GUESS_ALARM", "1000/hour"),
        ("GUESS_ALARM", "1000/day,5000/week"),
        ("GUESS_ALARM", "-1/hour,5000/week"),
        ("GUESS_ALARM", "5000/week,1000/hour"),
        ("TEST_PHONES", "+79160000000:1234"),
        ("TEST_PHONES", "+79160000000:1234@2027-13-01"),
        ("TRUSTED_PROXY_COUNT", "-1"),
        ("PUBLIC_URL", "example.org"),
        ("LOG_FORMAT", "xml"),
        ("METRICS", "perhaps"),
        ("PORT", "0"),
    ],
)
def test_a_bad_value_stops_the_start_with_one_line(name, value):
    result = start(**{name: value})
    assert result.returncode == 1
    assert result.stdout == ""
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith(name)


@pytest.mark.parametrize(
    ("values", "served"),
    [
        ({}, "[]"),
        ({"SMS_URL": "json://localhost"}, "['RU']"),
        ({"SMS_URL": "json://localhost", "PHONE_REGION": "KZ"}, "['KZ']"),
        ({"SMS_URL": "json://localhost", "PHONE_REGIONS": "all"}, "[]"),
    ],
)
def test_messages_that_cost_money_go_to_the_own_country_unless_told_otherwise(values, served):
    assert start("s.PHONE_REGIONS", **values).stdout.strip() == served


def test_a_secret_is_not_echoed():
    assert "tooshort" not in start(SECRET_KEY="tooshort").stderr


def test_a_bad_pool_size_is_refused():
    result = start(DATABASE_URL="postgres://localhost/x", DB_POOL_SIZE="many")
    assert result.stderr.startswith("DB_POOL_SIZE=many")


def test_values_are_read_as_what_they_are(monkeypatch):
    for name, parse, raw, value in [
        ("DEBUG", env.flag, "YES", True),
        ("SMS_DELAY", env.seconds_range, "1.5", (1.5, 1.5)),
        ("PHONE_REGIONS", env.regions, "RU, KZ", ["RU", "KZ"]),
        ("GUESS_ALARM", env.guess_alarm, "100/hour, 500/week", (100, 500)),
        ("PHONE_REGIONS", env.regions, "all", []),
        ("PUBLIC_URL", env.web_address, "https://example.org/", "https://example.org"),
    ]:
        monkeypatch.setenv(name, raw)
        assert env.read(name, parse) == value


SYNCHRONOUS = """
import django; django.setup()
from django.db import connection as c; print(c.cursor().execute("PRAGMA synchronous").fetchone()[0])
"""


@pytest.mark.parametrize(("option", "level"), [("", "1"), ("normal", "1"), ("full", "2")])
def test_sqlite_survives_a_power_cut_if_told_to(tmp_path, option, level):
    url = f"sqlite:///{tmp_path}/db.sqlite3" + (option and f"?synchronous={option}")
    environment = {**GOOD, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", SYNCHRONOUS]
    assert subprocess.check_output(command, env=environment, text=True).strip() == level


def test_a_postgresql_address_may_have_several_hosts():
    address = env.database("postgres://me:se%2Cret@a:5432,b,c:5433/name?sslmode=require")
    assert (address["USER"], address["PASSWORD"], address["NAME"]) == ("me", "se,ret", "name")
    assert address["OPTIONS"] == {"sslmode": "require", "host": "a,b,c", "port": "5432,,5433"}
    assert address["HOST"] == ""


@pytest.mark.parametrize("options", ["", "?sslmode=require"])
def test_a_postgresql_address_may_have_options_or_none(options):
    assert (
        start(DATABASE_URL=f"postgres://localhost/x{options}").stdout == "False config.postgresql\n"
    )


def test_every_setting_that_is_read_is_in_the_example():
    """Tests and measurements start the product with all settings that the example names unset."""
    read = {
        name
        for file in (ROOT / "config").rglob("*.py")
        for name in re.findall(r'env\.read\(\s*"([A-Z_]+)"', file.read_text())
    }
    named = set(re.findall(r"^#?([A-Z][A-Z_]+)=", EXAMPLE.read_text(), re.MULTILINE))
    assert read == named
