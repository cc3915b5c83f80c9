import time
from datetime import timedelta

import pytest
from django.conf import settings as django_settings

from config.tests.api_client import Client, error
from users.digests import one_time_password
from users.login import gateways
from users.models import Challenge, User

pytestmark = pytest.mark.django_db


def test_a_code_is_sent_and_described(anyone, sms_outbox, sent_code):
    answer = anyone.request_code("8 (916) 123-45-67")
    assert answer.status_code == 200
    body = answer.json()
    assert len(body.pop("ticket")) == 22  # 128 bits
    assert body == {
        "phone": "+79161234567",
        "code_length": 4,
        "expires_in": 300,
        "resend_in": 60,
    }
    assert [message.phone for message in sms_outbox] == ["+79161234567"]
    assert len(sent_code()) == 4


def test_the_simulated_gateway_takes_its_time_prints_and_shows_the_code(
    anyone, phone, settings, capsys
):
    settings.SMS_URL, settings.SMS_DELAY = ["simulated://"], (0.2, 0.3)
    began = time.perf_counter()
    answer = anyone.request_code(phone).json()
    assert time.perf_counter() - began >= 0.2
    assert phone in (printed := capsys.readouterr().out)
    assert answer["code"] in printed
    assert anyone.confirm(phone, answer["code"]).status_code == 200


def test_the_delay_is_one_to_two_seconds_by_default():
    assert django_settings.SMS_DELAY == (1, 2)


def test_nobody_is_recorded_before_the_first_login(anyone, phone):
    anyone.request_code(phone)
    assert not User.objects.filter(phone=phone).exists()


def test_a_code_lives_300_seconds_after_the_gateway_took_its_time(
    anyone, phone, sent_code, time_machine, settings
):
    settings.SMS_URL, settings.SMS_DELAY = ["simulated://"], (0, 2)
    assert gateways.time_limit() == 2
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    code = anyone.request_code(phone).json()["code"]
    time_machine.shift(timedelta(seconds=301.9))
    assert anyone.confirm(phone, "1" + code).json()["errors"][0]["code"] == "invalid_code"
    assert anyone.confirm(phone, code).status_code == 200
    code = anyone.request_code(phone).json()["code"]
    time_machine.shift(timedelta(seconds=302))
    assert error(anyone.confirm(phone, code)) == "invalid_code"
    assert User.objects.count() == 1


def test_each_real_gateway_may_take_ten_seconds(settings):
    settings.SMS_URL = ["json://127.0.0.1:9/", "json://127.0.0.1:10/"]
    assert gateways.time_limit() == 20


def test_an_expired_code_is_followed_by_another(anyone, sent_code, time_machine):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    seen = set()
    for number in range(4):
        first = anyone.request_code(f"+7916000000{number}").json()["ticket"]
        old = sent_code()
        time_machine.shift(timedelta(seconds=310))
        assert anyone.request_code(f"+7916000000{number}").json()["ticket"] != first
        seen.add(old == sent_code())
    assert False in seen


def test_after_a_login_the_next_request_waits_for_nothing(anyone, phone, sent_code):
    for _ in range(8):
        assert anyone.request_code(phone).status_code == 200
        assert anyone.confirm(phone, sent_code()).status_code == 200


def test_each_network_that_asks_for_a_phone_has_a_challenge_of_its_own(phone, sms_outbox):
    assert [Client(f"10.0.0.{n}").request_code(phone).status_code for n in range(3)] == [200] * 3
    assert len(sms_outbox) == len(set(Challenge.objects.values_list("nonce"))) == 3


def test_two_addresses_of_one_ipv6_network_share_a_challenge(phone):
    assert Client("2001:db8:1:1::1").request_code(phone).status_code == 200
    assert error(Client("2001:db8:1:1::2").request_code(phone)) == "code_recently_sent"
    assert Client("2001:db8:1:2::1").request_code(phone).status_code == 200


def test_codes_use_all_ten_thousand_values():
    codes = {one_time_password(str(number), 4) for number in range(60_000)}
    assert len(codes) > 9_950
    assert any(code.startswith("0") for code in codes)
    assert all(len(code) == 4 for code in codes)


def test_challenges_that_are_over_are_swept_as_codes_are_asked_for(anyone, time_machine, sweeps):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    for number in range(5):
        Client(f"10.0.0.{number}").request_code(f"+7916000001{number}")
    time_machine.shift(timedelta(minutes=6))
    anyone.request_code("+79160000019")
    assert Challenge.objects.count() == 1
