"""`/metrics`: for Prometheus only, where it is on, and in a bounded number of series."""

import time
from collections import Counter
from unittest.mock import Mock

import pytest
from django.db import OperationalError
from django.test import Client

from config.metrics import samples as gauges
from config.tests.api_client import Client as ApiClient
from config.tests.load import once
from config.tests.metrics import samples
from users.limits import alarm
from users.models import Limit
from users.tests.browsing import wrong

pytestmark = [once, pytest.mark.django_db]


@pytest.fixture
def visitor(settings):
    """Somebody who asks a server with metrics."""
    first, *others = settings.MIDDLEWARE
    settings.MIDDLEWARE = [first, "config.metrics.requests.Metrics", *others]
    return Client(raise_request_exception=False)


def figures(visitor):
    return samples(visitor.get("/metrics").content.decode())


def series(visitor):
    """Method, route and status of each request so far."""
    return {key[1:] for key in figures(visitor) if key[0] == "request_seconds_count"}


def test_without_the_setting_there_is_no_such_page(client):
    assert client.get("/metrics").status_code == 404


def test_prometheus_may_call_the_server_by_any_name(visitor):
    answer = visitor.get("/metrics", headers={"Host": "web-7:8000"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")


def test_whoever_comes_through_a_proxy_finds_no_such_page(visitor):
    answer = visitor.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"})
    assert answer.status_code == 404


def test_neither_paths_nor_methods_that_people_invent_make_series(visitor):
    before = series(visitor)
    for path in ("/nowhere", "/api/nowhere", "/i/7K2M9X", "/static/x", "/api/v1/profiles/7"):
        for n in range(3):
            visitor.generic("BREW", f"{path}{n}")
    made = series(visitor) - before
    assert {route for _, route, _ in made} <= {"unknown", "i/<str:code>", "static"}
    assert {method for method, _, _ in made} == {"other"}


def test_a_request_is_counted_by_route_method_status_and_time(visitor):
    key = "GET", "api/v1/profile/", "401"
    before = figures(visitor)
    visitor.get("/api/v1/profile/?secret=1")
    now = figures(visitor)
    assert now["request_seconds_count", *key] == before.get(("request_seconds_count", *key), 0) + 1
    assert now["request_seconds_sum", *key] > before.get(("request_seconds_sum", *key), 0)


def test_counting_takes_no_statement(visitor, me, django_assert_num_queries):
    bearer = {"Authorization": me._credentials["HTTP_AUTHORIZATION"]}
    for _ in range(2):
        with django_assert_num_queries(1):
            assert visitor.get("/api/v1/profile/", headers=bearer).status_code == 200


def test_a_reached_limit_and_a_failing_gateway_are_counted(visitor, settings, phone, sent_code):
    anyone, before = ApiClient(), Counter(figures(visitor))
    for _ in range(2):
        anyone.request_code(phone)
        for _ in range(3):
            anyone.confirm(phone, wrong(sent_code()))
    settings.SMS_URL = ["json://127.0.0.1:1/"]
    anyone.request_code("+79161112233")
    made = Counter(figures(visitor)) - before
    assert made["wrong_guesses_total",] == 6
    assert made["escalations_total", "guesses-phone"] == 1
    assert made["codes_asked_total", "RU"] == 3
    assert made["codes_delivered_total", "RU", "outbox"] == 2
    assert made["codes_failed_total", "RU", "json"] == 1


@pytest.mark.django_db(transaction=True)
def test_the_alarm_is_shown_as_it_was_while_the_database_does_not_tell(visitor, monkeypatch):
    def seen():
        gauges.look_at_alarm()
        return figures(visitor)["guess_alarm",]

    assert seen() == 0
    until = time.time() + 3600
    Limit.objects.create(key=alarm.KEY, kind=alarm.KEY, count=1, resets_at=until)
    assert seen() == 1
    with monkeypatch.context() as outage:
        outage.setattr(alarm, "ends_at", Mock(side_effect=OperationalError))
        assert seen() == 1
    alarm.end(by="test")
    assert seen() == 0
