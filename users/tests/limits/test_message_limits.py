"""How many messages a phone, a network and a site get."""

from datetime import timedelta

import pytest

from config.tests.api_client import Client, error

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def refused(answer):
    assert (answer.status_code, error(answer)) == (429, "too_many_codes")
    return answer.json()["meta"]["retry_after"]


def test_a_phone_is_sent_ten_codes_and_then_one_an_hour(phone, time_machine):
    for number in range(10):
        assert Client(f"10.0.0.{number}").request_code(phone).status_code == 200
        time_machine.shift(timedelta(minutes=3))
    assert refused(Client("10.0.0.99").request_code(phone)) == 30 * 60
    time_machine.shift(timedelta(minutes=30))
    assert Client("10.0.0.99").request_code(phone).status_code == 200
    time_machine.shift(timedelta(minutes=6))
    assert refused(Client("10.0.0.98").request_code(phone)) == 54 * 60


def test_its_known_networks_together_get_the_same_once_more(user, known, phone):
    for number in range(11):
        known(user, f"10.2.0.{number}")
    for number in range(10):
        assert Client(f"10.0.0.{number}").request_code(user.phone).status_code == 200
    refused(Client("10.0.0.99").request_code(user.phone))
    for number in range(10):
        assert Client(f"10.2.0.{number}").request_code(user.phone).status_code == 200
    assert refused(Client("10.2.0.10").request_code(user.phone)) == 3600


def test_a_network_is_sent_twenty_codes_and_then_one_a_minute(time_machine):
    client = Client("2001:db8:1:1::1")
    for number in range(20):
        assert client.request_code(f"+79160001{number:03}").status_code == 200
    neighbour = Client("2001:db8:1:1:ffff::2")  # the same /64 is the same customer
    assert refused(neighbour.request_code("+79160001999")) == 60
    assert Client("2001:db8:1:2::1").request_code("+79160001999").status_code == 200
    time_machine.shift(timedelta(seconds=60))
    assert client.request_code("+79160001998").status_code == 200
    assert refused(client.request_code("+79160001997")) == 60


def ask_from_site(count, phones="+7916001"):
    """Codes for this many phones, each asked for from a network of its own of one /48."""
    return [Client(f"2001:db8:5:{n:x}::1").request_code(f"{phones}{n:04}") for n in range(count)]


def test_a_site_is_sent_two_hundred_codes_and_then_ten_a_minute(time_machine):
    answers = ask_from_site(201)
    assert [answer.status_code for answer in answers] == [200] * 200 + [429]
    assert refused(answers[-1]) == 6
    assert Client("2001:db8:6:1::1").request_code("+79160019999").status_code == 200
    time_machine.shift(timedelta(seconds=60))
    answers = ask_from_site(11, phones="+7916002")
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]


def test_a_known_pair_is_not_held_up_by_its_site(user, known):
    known(user, "2001:db8:5:ffff::1")
    ask_from_site(200)
    assert Client("2001:db8:5:ffff::1").request_code(user.phone).status_code == 200
    refused(Client("2001:db8:5:fffe::1").request_code(user.phone))


def test_ipv4_addresses_have_no_site(phone):
    answers = [Client(f"10.0.{n}.1").request_code(f"+791600{n:05}") for n in range(201)]
    assert {answer.status_code for answer in answers} == {200}


def test_a_refused_request_delays_nobody(phone):
    poor = Client("10.0.0.1")
    for number in range(20):
        poor.request_code(f"+79160002{number:03}")
    for _ in range(20):
        refused(poor.request_code(phone))
    for number in range(10):
        assert Client(f"10.0.1.{number}").request_code(phone).status_code == 200


def test_no_number_gets_more_than_twenty_messages_at_once_whoever_owns_it(
    user, known, sms_outbox, sent_code
):
    for number in range(30):
        known(user, f"10.2.0.{number}")
    for number in range(60):
        client = Client(f"10.2.0.{number}")
        if client.request_code(user.phone).status_code == 200:
            client.confirm(user.phone, sent_code())  # a login gives no message back
    assert len(sms_outbox) == 20
