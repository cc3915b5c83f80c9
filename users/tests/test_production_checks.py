import pytest
from django.core.checks import run_checks

from users.checks import gateways_can_be_used


@pytest.fixture
def ready(settings):
    settings.PUBLIC_URL = "https://example.org"
    settings.SMS_URL = ["json://127.0.0.1/"]
    settings.SECRET_KEY = "a-secret-key-for-this-test-9384756102"
    return settings


def ids() -> set[str]:
    found = run_checks(include_deployment_checks=True)
    return {message.id for message in found if message.id.startswith("users.")}


def test_production_settings_are_fine(ready):
    assert ids() == set()


@pytest.mark.parametrize(
    ("name", "value", "warning"),
    [
        ("SMS_URL", ["simulated://"], "users.W001"),
        ("TEST_PHONES", {"+79160000000": ("1234", None)}, "users.W002"),
        ("OTP_KEY", "a-secret-key-for-this-test-9384756102", "users.W003"),
        ("JWT_SIGNING_KEY", "x" * 40, "users.W004"),
        ("PUBLIC_URL", "http://example.org", "users.W005"),
        ("ALLOWED_HOSTS", ["*"], "users.W006"),
        ("SMS_URL", ["nonsense://x"], "users.E001"),
    ],
)
def test_what_is_only_for_trying_out_is_warned_of(ready, name, value, warning):
    setattr(ready, name, value)
    assert warning in ids()


def test_django_warns_of_debug(ready):
    ready.DEBUG = True
    found = run_checks(include_deployment_checks=True)
    assert "security.W018" in {message.id for message in found}


def test_an_url_for_each_kind_of_gateway_is_understood(ready):
    ready.SMS_URL = [
        "twilio://AC" + "0" * 32 + ":" + "0" * 32 + "@+15550001111",
        "smsc://user:password@",
        "vonage://12345678:" + "a" * 16 + "@15550001111",
        "json://127.0.0.1:8080/sms",
    ]
    assert gateways_can_be_used() == []
