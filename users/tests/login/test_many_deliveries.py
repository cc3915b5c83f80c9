"""Many messages at once through real gateways on the real server with two workers."""

import time
from collections import Counter

import pytest
from django.db import connections

from config.tests.load import CODE, beside_no_servers, in_parallel
from config.tests.product import running
from config.tests.receiver import receiving
from users.login import gateways

pytestmark = [pytest.mark.django_db(transaction=True), beside_no_servers]
AT_ONCE = 12  # messages that left both workers at once by Apprise's own threads, on 2 processors


def ask_for_codes(server, count):
    """Request codes in parallel; returns the statuses and the seconds until the last answer."""

    def ask(n):
        body = {"phone": f"+7916555{n:04}"}
        return server.call("POST", CODE, body, address=f"10.9.0.{n}", timeout=60)[0]

    began = time.monotonic()
    statuses = Counter(in_parallel(ask, range(count), count))
    return statuses, time.monotonic() - began


def test_150_codes_at_once_by_a_gateway_that_takes_a_second_and_a_half():
    with receiving(delay=1.5) as gateway, running(SMS_URL=gateway.url) as server:
        statuses, seconds = ask_for_codes(server, 150)
        assert statuses == {200: 150}
        assert Counter(Counter(got["phone"] for got in gateway.got).values()) == {1: 150}
        assert gateway.busiest > AT_ONCE, "they left in small groups"
        assert seconds < 18  # in such groups it takes 19


def test_a_first_gateway_that_hangs_costs_one_timeout_and_sends_nothing_twice():
    with receiving(delay=60) as hanging, receiving() as gateway:
        with running(SMS_URL=f"{hanging.url}?rto=3 {gateway.url}") as server:
            statuses, seconds = ask_for_codes(server, 40)
        assert statuses == {200: 40}
        assert Counter(Counter(got["phone"] for got in gateway.got).values()) == {1: 40}
        assert hanging.busiest > AT_ONCE, "they waited for each other"
        assert 3 < seconds < 20


def test_a_waiting_request_keeps_nothing_of_the_database(monkeypatch, anyone, phone):
    kept = []
    monkeypatch.setattr(
        gateways, "deliver", lambda _message: kept.extend(connections.all(initialized_only=True))
    )
    assert anyone.call("POST", "auth/code/", {"phone": phone}).status_code == 200
    assert kept == []
