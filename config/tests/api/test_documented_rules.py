"""docs/api.md has every refusal, and the numbers of the rules are those of the code."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from referrals import invites
from users.errors import Refusal
from users.limits import policy

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "api.md").read_text()
STRANGERS = "a phone, from networks not known for it"
STRANGERS_OF_A_SITE = "a site, where the network isn't known for the phone"


def refusals(kind: type[Refusal]) -> list[type[Refusal]]:
    """All kinds of refusals that have a code of their own."""
    kinds = [one for below in kind.__subclasses__() for one in (below, *refusals(below))]
    return [one for one in kinds if "code" in vars(one)]


def test_every_refusal_is_there_with_its_status():
    rows = re.findall(r"^\| (\d{3})(?:, \d{3})? \| (.*?) \|", PAGE, re.MULTILINE)
    documented = {
        (int(status), code) for status, codes in rows for code in re.findall(r"`(\w+)`", codes)
    }
    assert {(one.status, one.code) for one in refusals(Refusal)} <= documented


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
    assert f"{invites.WRONG_CODES.most} wrong ones per\nuser, then one more every 6 minutes" in PAGE
    assert invites.WRONG_CODES.period == timedelta(minutes=6)
    assert f"refreshed {policy.REFRESHES.most} times at once and then once a minute" in PAGE
    assert policy.REFRESHES.period == timedelta(minutes=1)
