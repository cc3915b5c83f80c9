"""Gateways with a real local receiver, including slow and failing ones."""

import logging
import subprocess
import sys
import time

import apprise
import pytest

from config.tests.api_client import error
from config.tests.receiver import receiving
from users.login import gateways

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(settings):
    with receiving() as one:
        settings.SMS_URL = [one.url]
        gateways.load()
        yield one


def test_a_real_gateway_gets_phone_and_code_and_the_caller_does_not(anyone, phone, receiver):
    answer = anyone.request_code(phone)
    assert answer.status_code == 200
    assert set(answer.json()) == {
        "phone",
        "ticket",
        "code_length",
        "expires_in",
        "resend_in",
    }
    (got,) = receiver.got
    assert got["phone"] == phone
    text, _, code = got["message"].rpartition("#")
    assert f"Your code: {code}" in text
    assert anyone.confirm(phone, code).status_code == 200


def test_the_text_ends_with_the_web_otp_line(anyone, phone, receiver, settings):
    settings.PUBLIC_URL = "https://example.org:8443"
    anyone.request_code(phone)
    last = receiver.got[0]["message"].splitlines()[-1]
    assert last.startswith("@example.org #")


def test_a_failing_gateway_is_a_503_and_costs_nothing(anyone, phone, receiver):
    receiver.status = 500
    for _ in range(12):  # more than a phone may have
        answer = anyone.request_code(phone)
        assert (answer.status_code, error(answer)) == (503, "sms_unavailable")
    receiver.status = 200
    assert anyone.request_code(phone).status_code == 200
    assert anyone.confirm(phone, receiver.got[-1]["message"].rpartition("#")[2]).status_code == 200


def test_a_hanging_gateway_is_left_behind(anyone, phone, receiver, monkeypatch, settings):
    monkeypatch.setattr(gateways, "TIMEOUT", 0.3)
    receiver.delay, settings.SMS_URL = 20, [f"{receiver.url}?rto=15"]
    began = time.monotonic()
    answer = anyone.request_code(phone)
    assert time.monotonic() - began < 10
    assert (answer.status_code, error(answer)) == (503, "sms_unavailable")
    receiver.delay = 0
    monkeypatch.setattr(gateways, "TIMEOUT", 10)
    assert anyone.request_code(phone).status_code == 200


@pytest.mark.parametrize(("option", "seconds"), [("", 10), ("?+x-key=1", 10), ("?rto=3", 3)])
def test_a_gateway_has_ten_seconds_to_answer_unless_its_url_says_less(option, seconds):
    assert gateways.TIMEOUT == 10
    url = gateways.addressed(f"json://127.0.0.1/{option}", "+79161234567")
    service = apprise.Apprise.instantiate(gateways.patient(url))
    assert service.request_timeout == (4, seconds)
    assert service.payload_extras == {"phone": "+79161234567"}


def test_a_gateway_nobody_listens_at_is_a_503(anyone, phone, settings):
    settings.SMS_URL = ["json://127.0.0.1:9/"]
    assert error(anyone.request_code(phone)) == "sms_unavailable"


def test_the_next_gateway_is_tried_when_one_fails(anyone, phone, receiver, settings):
    settings.SMS_URL = ["json://127.0.0.1:9/", receiver.url]
    assert anyone.request_code(phone).status_code == 200
    assert len(receiver.got) == 1


def test_neither_phone_nor_code_is_logged(anyone, phone, receiver, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    for name in ("apprise", "urllib3", "requests"):
        logging.getLogger(name)
    anyone.request_code(phone)
    receiver.status = 500
    anyone.request_code("+79161239999")
    written = capfd.readouterr()
    text = written.out + written.err
    texts = [record.getMessage() for record in caplog.records if record.levelno >= logging.INFO]
    for got in receiver.got:
        assert got["phone"] not in text + "".join(texts)
        assert got["message"].rpartition("#")[2] not in text.replace("2026", "")


@pytest.mark.parametrize(
    ("url", "addressed"),
    [
        ("twilio://sid:token@+15550001111", "twilio://sid:token@+15550001111/%2B79161234567"),
        ("smsc://user:password@", "smsc://user:password@%2B79161234567"),
        ("json://host/sms", "json://host/sms?:phone=%2B79161234567"),
        ("jsons://host/sms?+x-key=1", "jsons://host/sms?+x-key=1&:phone=%2B79161234567"),
        ("form://host?:to={phone}", "form://host?:to=%2B79161234567"),
        ("vonage://key:secret@from?ttl=60", "vonage://key:secret@from/%2B79161234567?ttl=60"),
    ],
)
def test_the_phone_goes_where_its_service_takes_it(url, addressed):
    assert gateways.addressed(url, "+79161234567") == addressed


@pytest.mark.parametrize(
    ("url", "loaded"), [("simulated://", "False"), ("json://127.0.0.1/", "True")]
)
def test_apprise_is_loaded_where_it_is_used_when_the_server_starts(url, loaded, monkeypatch):
    monkeypatch.setenv("SMS_URL", url)
    code = "import config.wsgi, sys; print('apprise.plugins.custom_json' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == loaded, result.stderr


def test_the_text_is_in_the_persons_language(anyone, phone, receiver):
    anyone.call("POST", "auth/code/", {"phone": phone}, HTTP_ACCEPT_LANGUAGE="ru")
    assert receiver.got[0]["message"].startswith("Ваш код: ")


def test_errors_are_in_the_persons_language_and_their_codes_in_none(anyone):
    answer = anyone.call("POST", "auth/code/", {"phone": "112"}, HTTP_ACCEPT_LANGUAGE="ru-RU,ru")
    assert error(answer) == "invalid_phone"
    assert answer.json()["errors"][0]["detail"].startswith("Введите номер")
