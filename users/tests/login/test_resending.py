"""Requesting a code again while a challenge lives, through either door."""

from datetime import timedelta

import pytest

from config.tests.api_client import Client, error
from users.models import Challenge
from users.tests.browsing import wrong

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def test_a_second_request_within_a_minute_is_refused(
    anyone, phone, ticket, sms_outbox, time_machine
):
    time_machine.shift(timedelta(seconds=12.5))
    elsewhere = Client("10.0.0.1")
    for again in (anyone.request_code(phone), elsewhere.request_code(phone, ticket=ticket)):
        assert (again.status_code, error(again)) == (429, "code_recently_sent")
        assert again.json()["meta"] == {"retry_after": 48, "code_length": 4}
    assert len(sms_outbox) == 1


@pytest.mark.parametrize("door", ["ticket", "network"])
def test_after_a_minute_the_same_code_goes_out_and_lives_its_full_time(
    anyone, phone, ticket, sent_code, time_machine, door
):
    first = sent_code()
    time_machine.shift(timedelta(seconds=60))
    more = {"ticket": ticket} if door == "ticket" else {}
    again = anyone.request_code(phone, **more).json()
    assert (again["expires_in"], again["resend_in"]) == (300, 60)
    assert sent_code() == first
    time_machine.shift(timedelta(seconds=299))
    assert anyone.confirm(phone, first).status_code == 200


def test_a_door_without_attempts_may_ask_at_once_and_has_three_anew(
    anyone, phone, ticket, sent_code
):
    code = sent_code()
    for _ in range(3):
        anyone.confirm(phone, wrong(code))
    assert error(anyone.confirm(phone, code)) == "too_many_attempts"
    assert anyone.request_code(phone).status_code == 200
    assert sent_code() == code
    assert anyone.confirm(phone, wrong(code)).json()["meta"] == {"attempts_left": 2}
    assert anyone.confirm(phone, code).status_code == 200


def test_the_other_door_has_to_wait_while_it_has_attempts(anyone, phone, ticket, sent_code):
    for _ in range(3):
        anyone.confirm(phone, wrong(sent_code()))
    again = anyone.request_code(phone, ticket=ticket)
    assert error(again) == "code_recently_sent"


def test_asking_again_gives_attempts_to_the_door_that_asks_alone(
    anyone, phone, ticket, sent_code, time_machine
):
    code = sent_code()
    anyone.confirm(phone, wrong(code))
    anyone.confirm(phone, wrong(code), ticket=ticket)
    time_machine.shift(timedelta(seconds=60))
    anyone.request_code(phone, ticket=ticket)
    row = Challenge.objects.get()
    assert (row.ticket_left, row.network_left) == (3, 2)
    assert (row.ticket_charged, row.network_charged) == (1, 1)


def test_each_message_costs_whichever_door_asks(anyone, phone, ticket, sms_outbox, time_machine):
    elsewhere = Client("10.0.0.1")
    for _ in range(4):
        time_machine.shift(timedelta(seconds=60))
        assert elsewhere.request_code(phone, ticket=ticket).status_code == 200
    for number in range(5):
        assert Client(f"10.0.1.{number}").request_code(phone).status_code == 200
    time_machine.shift(timedelta(seconds=60))
    assert error(elsewhere.request_code(phone, ticket=ticket)) == "too_many_codes"
    assert len(sms_outbox) == 10


def test_recently_sent_is_said_before_too_many(anyone, phone, ticket):
    for number in range(9):
        Client(f"10.0.1.{number}").request_code(phone)
    assert error(Client("10.0.2.1").request_code(phone)) == "too_many_codes"
    assert error(anyone.request_code(phone)) == "code_recently_sent"
