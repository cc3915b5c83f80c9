"""docs/api.md lists every refusal, and its numbers match the code."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from drf_spectacular.generators import SchemaGenerator

from config.server import refusals as server
from config.tests.contract import CONTRACT
from referrals import invites
from users.errors import Refusal
from users.limits import policy

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "api.md").read_text()
STRANGERS = "a phone, from networks not known for it"
STRANGERS_OF_A_SITE = "a site, where the network isn't known for the phone"


def refusals(kind: type[Refusal]) -> list[type[Refusal]]:
    """All refusal classes with a code of their own."""
    kinds = [one for below in kind.__subclasses__() for one in (below, *refusals(below))]
    return [one for one in kinds if "code" in vars(one)]


def test_every_refusal_is_there_with_its_status():
    rows = re.findall(r"^\| (\d{3})(?:, \d{3})? \| (.*?) \|", PAGE, re.MULTILINE)
    documented = {
        (int(status), code) for status, codes in rows for code in re.findall(r"`(\w+)`", codes)
    }
    assert {(one.status, one.code) for one in refusals(Refusal)} <= documented
    of_the_server = [one for one in vars(server).values() if isinstance(one, server.Reason)]
    assert {(int(one.status[:3]), one.code) for one in of_the_server} <= documented


def test_every_code_of_the_schema_is_there_with_what_to_do():
    rows = re.findall(r"^\| [\d, ]+ \| (`.*?) \| .+? \| (.+) \|$", PAGE, re.MULTILINE)
    documented = {code for codes, _ in rows for code in re.findall(r"`(\w+)`", codes)}
    assert all(len(advice) > 2 for _, advice in rows)
    schema = SchemaGenerator().get_schema(request=None, public=True)
    answers = [
        one
        for path in schema["paths"].values()
        for call in path.values()
        for one in call["responses"].values()
    ]
    given = {
        body["errors"][0]["code"]
        for one in answers
        for body in CONTRACT.examples(one)
        if "errors" in body
    }
    assert given <= documented


@pytest.mark.parametrize(
    ("who", "limit"),
    [
        (STRANGERS, policy.GUESSES_PER_PHONE),
        ("a phone, from its known networks", policy.GUESSES_PER_KNOWN_PHONE),
        ("a network", policy.GUESSES_PER_NETWORK),
        (STRANGERS_OF_A_SITE, policy.GUESSES_PER_SITE),
    ],
)
def test_the_bounds_of_guesses_are_those_of_the_policy(who, limit):
    assert f"| {who} | {limit.most}, " in PAGE
    assert f"forgotten {limit.quiet.days} days after the last wrong one" in PAGE


@pytest.mark.parametrize(
    ("who", "limit", "then"),
    [
        (STRANGERS, policy.MESSAGES_PER_PHONE, "1 an hour"),
        ("a phone, from its known networks together", policy.MESSAGES_PER_KNOWN_PHONE, "1 an hour"),
        ("a network", policy.MESSAGES_PER_NETWORK, "1 a minute"),
        (STRANGERS_OF_A_SITE, policy.MESSAGES_PER_SITE, "10 a minute"),
    ],
)
def test_the_bounds_of_messages_are_those_of_the_policy(who, limit, then):
    assert f"| {who} | {limit.most} | {then} |" in PAGE
    count, _, unit = then.split()
    assert limit.period * int(count) == timedelta(**{f"{unit}s": 1})


def test_the_other_numbers_are_those_of_the_code():
    assert f"may use {policy.STRANGERS_SHARE} %" in PAGE
    assert f"{invites.WRONG_CODES.most} wrong ones per\nphone number, then one more" in PAGE
    assert invites.WRONG_CODES.period == timedelta(minutes=6)
    assert f"refreshed {policy.REFRESHES.most} times at once and then once a minute" in PAGE
    assert policy.REFRESHES.period == timedelta(minutes=1)


def test_the_numbers_of_passwords_are_those_of_the_policy():
    limits = (
        phone := policy.PASSWORDS_PER_PHONE,
        network := policy.PASSWORDS_PER_NETWORK,
        site := policy.PASSWORDS_PER_SITE,
        known := policy.PASSWORDS_PER_KNOWN_PHONE,
    )
    wrong = f"{phone.most} wrong ones for a phone, {network.most} from a network"
    assert f"{wrong} and {site.most} from a site, then 1 a minute" in PAGE
    assert f"has {known.most} of its own, then 1 a minute" in PAGE
    assert {limit.period for limit in limits} == {timedelta(minutes=1)}


def test_the_numbers_of_nginx_are_those_of_its_files():
    files = "".join(path.read_text() for path in (ROOT / "deploy" / "nginx").glob("*.conf"))
    (rate,) = set(re.findall(r"rate=(\d+)r/s", files))
    (burst,) = set(re.findall(r"burst=(\d+) ", files))
    assert f"takes {rate} a second and {burst} at once from one network" in PAGE
