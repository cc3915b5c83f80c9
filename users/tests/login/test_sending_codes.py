from datetime import timedelta

import pytest

from config.tests.api_client import Client, error
from users.models import LoginCode, User

pytestmark = pytest.mark.django_db


def test_a_code_is_sent_and_described(anyone, sms_outbox, sent_code):
    answer = anyone.request_code("8 (916) 123-45-67")
    assert answer.status_code == 200
    assert answer.json() == {
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
    with_timer = __import__("time").perf_counter
    began = with_timer()
    answer = anyone.request_code(phone).json()
    assert with_timer() - began >= 0.2
    assert phone in (printed := capsys.readouterr().out)
    assert answer["code"] in printed
    assert anyone.confirm(phone, answer["code"]).status_code == 200


def test_the_delay_is_one_to_two_seconds_by_default():
    from django.conf import settings

    assert settings.SMS_DELAY == (1, 2)


def test_nobody_is_recorded_before_the_first_login(anyone, phone):
    anyone.request_code(phone)
    assert not User.objects.filter(phone=phone).exists()


def test_a_second_request_within_a_minute_is_refused(anyone, phone, sms_outbox, time_machine):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    anyone.request_code(phone)
    time_machine.shift(timedelta(seconds=12.5))
    answer = anyone.request_code(phone)
    assert (answer.status_code, error(answer)) == (429, "code_recently_sent")
    assert answer.json()["meta"] == {"retry_after": 48}
    assert len(sms_outbox) == 1


def test_after_a_minute_the_same_code_goes_out_again(anyone, phone, sent_code, time_machine):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    anyone.request_code(phone)
    first = sent_code()
    time_machine.shift(timedelta(seconds=60))
    assert anyone.request_code(phone).json()["expires_in"] == 300
    assert sent_code() == first
    time_machine.shift(timedelta(seconds=299))
    assert anyone.confirm(phone, first).status_code == 200


def test_an_expired_code_is_followed_by_another(anyone, sent_code, time_machine):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    seen = set()
    for number in range(4):
        anyone.request_code(f"+7916000000{number}")
        old = sent_code()
        time_machine.shift(timedelta(seconds=300))
        anyone.request_code(f"+7916000000{number}")
        seen.add(old == sent_code())
    assert False in seen


def test_after_a_login_the_next_request_waits_for_nothing(anyone, phone, sent_code):
    for _ in range(8):
        assert anyone.request_code(phone).status_code == 200
        assert anyone.confirm(phone, sent_code()).status_code == 200


def test_a_phone_is_sent_five_codes_and_then_one_an_hour(phone, time_machine):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    for number in range(5):
        assert Client(f"10.0.0.{number}").request_code(phone).status_code == 200
        time_machine.shift(timedelta(minutes=6))
    answer = Client("10.0.0.9").request_code(phone)
    assert (answer.status_code, error(answer)) == (429, "too_many_codes")
    assert answer.json()["meta"] == {"retry_after": 30 * 60}
    time_machine.shift(timedelta(minutes=30))
    assert Client("10.0.0.9").request_code(phone).status_code == 200
    time_machine.shift(timedelta(minutes=6))
    assert error(Client("10.0.0.9").request_code(phone)) == "too_many_codes"


def test_an_address_is_sent_twenty_codes_and_then_one_a_minute(time_machine):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    client = Client("2001:db8:1:1::1")
    for number in range(20):
        assert client.request_code(f"+79160001{number:03}").status_code == 200
    neighbour = Client("2001:db8:1:1:ffff::2")  # the same /64 is the same customer
    answer = neighbour.request_code("+79160001999")
    assert (answer.status_code, error(answer)) == (429, "too_many_codes")
    assert answer.json()["meta"] == {"retry_after": 60}
    assert Client("2001:db8:1:2::1").request_code("+79160001999").status_code == 200
    time_machine.shift(timedelta(seconds=60))
    assert client.request_code("+79160001998").status_code == 200
    assert error(client.request_code("+79160001997")) == "too_many_codes"


def test_a_refused_sending_delays_nobody(phone, time_machine):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    poor = Client("10.0.0.1")
    for number in range(20):
        poor.request_code(f"+79160002{number:03}")
    assert error(poor.request_code(phone)) == "too_many_codes"
    assert Client("10.0.0.2").request_code(phone).status_code == 200


def test_the_whole_system_has_an_hourly_budget(anyone, settings, time_machine):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    settings.SMS_HOURLY_BUDGET = 3
    for number in range(3):
        assert anyone.request_code(f"+79160003{number:03}").status_code == 200
    assert error(anyone.request_code("+79160003999")) == "too_many_codes"
    time_machine.shift(timedelta(hours=2))
    assert anyone.request_code("+79160003999").status_code == 200


def test_parallel_requests_send_one_code(at_once, phone, sms_outbox):
    answers = at_once(lambda _: Client().request_code(phone), range(8))
    assert sorted(answer.status_code for answer in answers) == [200] + [429] * 7
    assert {error(a) for a in answers if a.status_code == 429} == {"code_recently_sent"}
    assert len(sms_outbox) == LoginCode.objects.count() == 1


def test_codes_use_all_ten_thousand_values():
    from users.digests import one_time_password

    codes = {one_time_password(str(number), 4) for number in range(60_000)}
    assert len(codes) > 9_950
    assert any(code.startswith("0") for code in codes)
    assert all(len(code) == 4 for code in codes)
