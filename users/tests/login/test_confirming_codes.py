import pytest

from config.tests.api_client import Client, error
from users.models import Challenge, Limit, Session, User
from users.tests.browsing import wrong

pytestmark = pytest.mark.django_db


@pytest.fixture
def code(anyone, phone, sent_code):
    anyone.request_code(phone)
    return sent_code()


def test_a_first_login_records_the_user(anyone, phone, code):
    answer = anyone.confirm(phone, code)
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh", "expires_in", "is_new_user"}
    assert answer.json()["expires_in"] == 600
    assert answer.json()["is_new_user"] is True
    user = User.objects.get(phone=phone)
    assert not user.has_usable_password()
    assert not user.is_staff
    assert user.last_login


def test_a_second_login_is_the_same_user(anyone, phone, code, sent_code):
    anyone.confirm(phone, code)
    anyone.request_code(phone)
    assert anyone.confirm(phone, sent_code()).json()["is_new_user"] is False
    assert User.objects.count() == 1


def test_the_phone_may_be_written_differently_in_both_steps(anyone, sent_code):
    anyone.request_code("8 (916) 555-44-33")
    assert anyone.confirm("+79165554433", sent_code()).status_code == 200


def test_a_code_may_be_typed_with_blanks(anyone, phone, code):
    assert anyone.confirm(phone, f" {code[:2]} {code[2:]} ").status_code == 200


def test_a_code_works_once(anyone, phone, code):
    assert anyone.confirm(phone, code).status_code == 200
    again = anyone.confirm(phone, code)
    assert (again.status_code, error(again)) == (400, "invalid_code")
    assert Session.objects.count() == 1


def test_wrong_attempts_are_counted_down_and_the_fourth_is_refused(anyone, phone, code):
    for left in (2, 1, 0):
        answer = anyone.confirm(phone, wrong(code))
        assert (answer.status_code, error(answer)) == (400, "invalid_code")
        assert answer.json()["meta"] == {"attempts_left": left}
    answer = anyone.confirm(phone, code)
    assert (answer.status_code, error(answer)) == (429, "too_many_attempts")
    assert answer.json()["meta"] == {"retry_after": 1}  # a new code can be requested at once
    assert not User.objects.filter(phone=phone).exists()


def test_after_three_wrong_attempts_a_new_code_can_be_had_at_once(anyone, phone, code, sent_code):
    for _ in range(3):
        anyone.confirm(phone, wrong(code))
    assert anyone.request_code(phone).status_code == 200
    assert anyone.confirm(phone, sent_code()).status_code == 200


def test_the_third_attempt_may_be_the_right_one(anyone, phone, code):
    anyone.confirm(phone, wrong(code))
    anyone.confirm(phone, wrong(code))
    assert anyone.confirm(phone, code).status_code == 200


def test_without_a_request_no_code_is_right(anyone, phone, staff):
    for number in (phone, staff.phone):
        for code in ("0000", "1234", "12345678"):
            answer = anyone.confirm(number, code)
            assert (answer.status_code, error(answer)) == (400, "invalid_code")
            assert "meta" not in answer.json()
    assert not Limit.objects.exists()
    assert not Challenge.objects.exists()


@pytest.mark.parametrize(
    "body", [{}, {"phone": "+79161112233"}, {"code": "1234"}, [], "x", None, 5]
)
def test_an_incomplete_request_logs_nobody_in(anyone, body):
    answer = anyone.call("POST", "auth/token/", body)
    assert answer.status_code == 400
    error(answer)
    assert not User.objects.exists()


@pytest.mark.parametrize("bad", ["abcd", "12", "12345", "", " ", "-123", "1e10", "①②③④", "9" * 99])
def test_what_is_no_code_costs_no_attempt(anyone, phone, code, bad):
    answer = anyone.confirm(phone, bad)
    assert answer.status_code == 400
    assert error(answer) in ("invalid_code", "blank")
    assert anyone.confirm(phone, wrong(code)).json()["meta"] == {"attempts_left": 2}


def test_a_code_as_a_number_is_refused_since_leading_zeros_count(anyone, phone, code):
    answer = anyone.call("POST", "auth/token/", {"phone": phone, "code": int(code)})
    assert (answer.status_code, error(answer)) == (400, "invalid")


def test_two_people_holding_the_same_code_log_in_as_themselves(anyone, sent_code, monkeypatch):
    monkeypatch.setattr("users.login.challenges.one_time_password", lambda nonce, digits: "0421")
    anyone.request_code("+79160004001")
    anyone.request_code("+79160004002")
    assert anyone.confirm("+79160004001", "0421").status_code == 200
    assert anyone.confirm("+79160004002", "0421").status_code == 200
    assert User.objects.count() == 2


@pytest.mark.usefixtures("frozen")  # the seconds to wait are part of the answers
def test_known_and_unknown_phones_get_the_same_answers(user, phone, sent_code):
    def walk(number: str) -> list:
        client = Client()
        steps = [client.confirm(number, "0000"), client.request_code(number)]
        steps += [client.request_code(number)]
        steps += [client.confirm(number, wrong(sent_code())) for _ in range(4)]
        ticket = steps[1].json()["ticket"]
        bodies = [
            step.content.replace(number.encode(), b"").replace(ticket.encode(), b"")
            for step in steps
        ]
        return [(step.status_code, body) for step, body in zip(steps, bodies, strict=True)]

    assert walk(user.phone) == walk(phone)


def test_login_takes_no_password_hashing(anyone, phone, code, monkeypatch):
    def hashing(*args: object) -> None:
        raise AssertionError

    monkeypatch.setattr("django.contrib.auth.hashers.PBKDF2PasswordHasher.encode", hashing)
    assert anyone.confirm(phone, code).status_code == 200
