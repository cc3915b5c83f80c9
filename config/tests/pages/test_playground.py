"""The playground exists in development only; its random numbers."""

import json
import subprocess
import sys

import phonenumbers
import pytest

from config.playground.numbers import new_number
from config.tests.load import once
from tools.server import ROOT, environment
from users.phones import parse_phone

pytestmark = once

ASK = """
import json, sys, django
django.setup()
from django.test import Client
answer = Client(headers={"Host": "localhost"}).get("/start/")
imported = [name for name in sys.modules if name.startswith("config.playground")]
print(json.dumps([answer.status_code, answer.headers.get("Cache-Control"), bool(imported)]))
"""
REAL = "json://127.0.0.1/"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"DEBUG": "false"}, [404, None, False]),
        ({"DEBUG": "true", "SMS_URL": REAL}, [404, None, False]),
        ({"DEBUG": "true"}, [200, "max-age=0, no-cache, no-store, must-revalidate, private", True]),
    ],
)
def test_it_is_there_in_development_alone_where_messages_are_simulated(changed, expected):
    django = {"DJANGO_SETTINGS_MODULE": "config.settings"}
    said = subprocess.check_output(
        [sys.executable, "-c", ASK], cwd=ROOT, env=environment(**changed) | django, text=True
    )
    assert json.loads(said) == expected


@pytest.mark.parametrize("region", ["RU", "US", "CI", "SH", "TA"])
def test_its_numbers_are_mobile_numbers_of_the_region(settings, region):
    settings.PHONE_REGION, settings.PHONE_REGIONS = region, [region]
    numbers = [new_number(region) for _ in range(20)]
    if region == "TA":
        assert set(numbers) == {""}, "Tristan da Cunha has no mobile phones"
        return
    assert all(parse_phone(number) for number in numbers)
    assert len(set(numbers)) > 1


def test_every_region_has_numbers_that_the_api_takes(settings):
    settings.PHONE_REGIONS = []
    for region in phonenumbers.SUPPORTED_REGIONS:
        if number := new_number(region):
            assert parse_phone(number), region
