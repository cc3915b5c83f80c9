"""The gateways against a real receiver on this machine, slow and failing ones included."""

import http.server
import json
import logging
import threading
import time

import pytest

from config.tests.api_client import error
from users.login import gateways

pytestmark = pytest.mark.django_db


class Receiver(http.server.ThreadingHTTPServer):
    """A webhook that keeps what it gets and answers as it is told."""

    daemon_threads = True

    def __init__(self) -> None:
        self.got, self.status, self.delay = [], 200, 0.0
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.server_port}/sms"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(self.server.delay)
        self.server.got.append(json.loads(body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *args: object) -> None: ...


@pytest.fixture
def receiver(settings):
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    settings.SMS_URL = [server.url]
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


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


def test_a_hanging_gateway_is_left_behind(anyone, phone, receiver, monkeypatch):
    monkeypatch.setattr(gateways, "TIMEOUT", 0.3)
    receiver.delay = 1
    began = time.monotonic()
    answer = anyone.request_code(phone)
    assert time.monotonic() - began < 0.9
    assert (answer.status_code, error(answer)) == (503, "sms_unavailable")
    receiver.delay = 0
    assert anyone.request_code(phone).status_code == 200


def test_a_gateway_is_given_ten_seconds():
    assert gateways.TIMEOUT == 10


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


def test_apprise_is_loaded_only_where_it_is_used():
    import subprocess
    import sys

    code = "import django, sys; django.setup(); import config.urls; print('apprise' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "False", result.stderr


def test_the_text_is_in_the_persons_language(anyone, phone, receiver):
    anyone.call("POST", "auth/code/", {"phone": phone}, HTTP_ACCEPT_LANGUAGE="ru")
    assert receiver.got[0]["message"].startswith("Ваш код: ")


def test_errors_are_in_the_persons_language_and_their_codes_in_none(anyone):
    answer = anyone.call("POST", "auth/code/", {"phone": "112"}, HTTP_ACCEPT_LANGUAGE="ru-RU,ru")
    assert error(answer) == "invalid_phone"
    assert answer.json()["errors"][0]["detail"].startswith("Введите номер")
