"""Finds the right digits in pasted text, or none."""

import pytest
from django.conf import settings

from config.tests.api_client import error
from config.tests.load import once
from users.login.pasted_codes import LENGTH, code_in

FORMS = [
    "{code}",
    " {code}\n",
    "{two}-{last}",
    "{two} {last}",
    "0 4 2 1",
    "{two}\N{EN DASH}{last}",
    "{two}\N{NO-BREAK SPACE}{last}",
    "\N{LEFT-TO-RIGHT ISOLATE}{code}\N{POP DIRECTIONAL ISOLATE}",
    "０４２１",
    "٠٤٢١",
    "Your code: {code}\n\n@example.org #{code}",
    "Your code: {code}@example.org #{code}",  # as a field of one line has it
    "Ваш код: {code}",
    "Ваш код: {code}\n\n@example.org #{code}",
    "Your code: {two}-{last}.",
    "<#> {code} is your code\nFA+9qCX9VSu",
    "Code {code}, valid for 5 minutes until 16:05 on 21.11.2026",
    "[Referrals] code:{code}. Don't tell it to anybody!",
    "21 Nov, 16:05. Ваш код - {code}",
]
AMBIGUOUS = [
    "",
    "-",
    "042",
    "04213",
    "0421 5",
    "0421 0422",
    "Your code: 0421\nYour code: 0422",
    "Your code: 0421. Good until the end of 2026",
    "Your code: 04-21, ordered in 2026",
    "Your code: 12345678",
    "+7 916 123-45-67",
    "call 88002000600",
    "no0421digits",
    "A0421",
    "0421_",
    "10.0421",
    "042.1",
    "①②③④",
    "x" * LENGTH + " 0421",
]


def written(form: str) -> str:
    return form.format(code="0421", two="04", last="21")


@once
@pytest.mark.parametrize("form", FORMS)
def test_the_code_is_found_however_it_is_pasted(form):
    assert code_in(written(form), 4) == "0421"


@once
@pytest.mark.parametrize("text", AMBIGUOUS)
def test_what_may_mean_something_else_is_no_code(text):
    assert code_in(text, 4) is None


@once
def test_a_longer_code_is_found_by_its_length():
    assert code_in("Your code: 0421 3344", 8) == "04213344"
    assert code_in("Your code: 04213344, not 0421", 8) == "04213344"
    assert code_in("Your code: 0421", 8) is None


@pytest.mark.django_db
def test_the_whole_message_logs_in(anyone, phone, sms_outbox):
    anyone.request_code(phone)
    assert settings.PUBLIC_URL.rpartition("/")[2].partition(":")[0] in sms_outbox[-1].text
    assert anyone.confirm(phone, sms_outbox[-1].text).status_code == 200


@pytest.mark.django_db
def test_what_is_no_code_costs_no_attempt(anyone, phone, sent_code):
    anyone.request_code(phone)
    for _ in range(4):
        answer = anyone.confirm(phone, f"{sent_code()} or {int(sent_code()) ^ 1:04}")
        assert (answer.status_code, error(answer)) == (400, "invalid_code")
        assert "meta" not in answer.json()
    assert anyone.confirm(phone, sent_code()).status_code == 200
