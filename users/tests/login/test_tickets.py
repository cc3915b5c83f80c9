"""A ticket identifies a challenge, and if sent, nothing else does."""

from datetime import timedelta

import pytest

from config.tests.api_client import Client, error
from users.models import Challenge, Counter, Limit
from users.tests.browsing import wrong

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def everything():
    return [list(model.objects.order_by("pk").values()) for model in (Challenge, Limit, Counter)]


def test_with_the_ticket_a_code_counts_from_anywhere(phone, ticket, sent_code):
    assert Client("203.0.113.9").confirm(phone, sent_code(), ticket=ticket).status_code == 200


def test_without_it_only_on_the_network_that_asked(anyone, phone, ticket, sent_code):
    assert error(Client("203.0.113.9").confirm(phone, sent_code())) == "invalid_code"
    assert anyone.confirm(phone, sent_code()).status_code == 200


def test_it_is_told_when_the_challenge_opens_and_to_who_sends_it_along(
    anyone, phone, ticket, time_machine
):
    time_machine.shift(timedelta(seconds=60))
    assert "ticket" not in anyone.request_code(phone).json()
    time_machine.shift(timedelta(seconds=60))
    assert anyone.request_code(phone, ticket=ticket).json()["ticket"] == ticket


def test_a_refusal_tells_no_ticket(anyone, phone, ticket):
    assert ticket not in anyone.request_code(phone, ticket=ticket).content.decode()


@pytest.mark.parametrize("what", ["unknown", "another phone's", "ended", "used"])
def test_a_ticket_that_leads_nowhere_is_an_invalid_code_and_costs_nothing(
    anyone, phone, ticket, sent_code, time_machine, what
):
    code, sent = sent_code(), ticket
    if what == "unknown":
        sent = "x" * 22
    if what == "another phone's":
        sent = anyone.request_code("+79160006001").json()["ticket"]
    if what == "ended":
        time_machine.shift(timedelta(seconds=310))
    if what == "used":
        assert anyone.confirm(phone, code).status_code == 200
    before, attrs = everything(), []
    for answer in (
        anyone.confirm(phone, code, ticket=sent),
        anyone.request_code(phone, ticket=sent),
    ):
        assert (answer.status_code, error(answer)) == (400, "invalid_code")
        assert "meta" not in answer.json()
        attrs.append(answer.json()["errors"][0]["attr"])
    assert attrs == ["code", "ticket"]
    assert everything() == before


def test_a_wrong_ticket_does_not_fall_back_to_the_network(anyone, phone, ticket, sent_code):
    assert error(anyone.confirm(phone, sent_code(), ticket="x" * 22)) == "invalid_code"
    assert anyone.confirm(phone, sent_code()).status_code == 200


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_ticket_is_none(anyone, phone, ticket, sent_code, empty):
    assert anyone.confirm(phone, sent_code(), ticket=empty).status_code == 200


@pytest.mark.parametrize("ticket", [5, ["x"], {}, "x" * 65])
def test_what_is_no_ticket_is_invalid_input(anyone, phone, ticket):
    answer = anyone.call("POST", "auth/code/", {"phone": phone, "ticket": ticket})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "ticket"


def test_each_door_has_three_attempts_of_its_own(anyone, phone, ticket, sent_code):
    code = sent_code()
    for left in (2, 1, 0):
        assert anyone.confirm(phone, wrong(code)).json()["meta"] == {"attempts_left": left}
    used_up = anyone.confirm(phone, code)
    assert (used_up.status_code, error(used_up)) == (429, "too_many_attempts")
    assert used_up.json()["meta"] == {"retry_after": 1}
    wrong_by_ticket = anyone.confirm(phone, wrong(code), ticket=ticket)
    assert wrong_by_ticket.json()["meta"] == {"attempts_left": 2}
    assert anyone.confirm(phone, code, ticket=ticket).status_code == 200


def test_whoever_shares_the_address_cannot_use_up_the_ticket_holders_attempts(
    anyone, phone, ticket, sent_code, time_machine
):
    code, neighbour = sent_code(), Client()
    for _ in range(3):
        neighbour.confirm(phone, wrong(code))
    neighbour.request_code(phone)
    neighbour.confirm(phone, wrong(code))
    assert anyone.confirm(phone, code, ticket=ticket).status_code == 200


def test_tickets_are_stored_as_digests_alone(anyone, phone, ticket):
    row = Challenge.objects.values().get()
    assert ticket not in str(row)
    assert phone not in str(row)
