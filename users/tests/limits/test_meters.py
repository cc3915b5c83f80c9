"""Estimates of how often something happens in the whole system."""

import threading

import pytest
import time_machine as clock
from django.db import OperationalError

from users.limits import meters
from users.limits.meters import Meter
from users.models import Counter

pytestmark = pytest.mark.django_db
START = 1_795_000_000.0


def test_a_meter_adds_up_what_all_processes_count():
    with clock.travel(START, tick=False) as traveller:
        one, two = Meter("test"), Meter("test")
        for _ in range(3):
            one.add()
            two.add()
        one.flush(), two.flush()
        assert Counter.objects.get().count == 6
        traveller.shift(3600)
        one.add()
        one.flush()
        assert sorted(Counter.objects.values_list("count", flat=True)) == [1, 6]


def test_counting_takes_no_statement(django_assert_num_queries):
    meter = Meter("test")
    with django_assert_num_queries(0):
        for _ in range(1000):
            meter.add()


def test_a_meter_arms_one_timer_in_five_seconds(monkeypatch):
    armed = []
    monkeypatch.setattr(meters, "later", lambda seconds, function: armed.append(seconds))
    meter = Meter("test")
    for _ in range(1000):
        meter.add()
    assert armed == [5.0]


@pytest.mark.django_db(transaction=True)
def test_the_last_count_reaches_the_table_without_another_event(monkeypatch):
    timers = []

    def later(seconds, function):
        timers.append(threading.Timer(0.01, function))
        timers[0].start()

    monkeypatch.setattr(meters, "later", later)
    Meter("test").add(3)
    timers[0].join()
    assert Counter.objects.get(kind="test").count == 3


def test_a_count_that_cannot_be_written_is_kept(monkeypatch):
    def fail(**_):
        raise OperationalError

    meter = Meter("test")
    meter.add(3)
    with monkeypatch.context() as broken:
        broken.setattr(meters.ADD, "row", fail)
        with pytest.raises(OperationalError):
            meter.flush()
    meter.flush()
    meter.flush()
    assert Counter.objects.get(kind="test").count == 3


def test_a_flush_that_fails_is_tried_again_later(monkeypatch):
    def fail(**_):
        raise OperationalError

    armed = []
    monkeypatch.setattr(meters, "later", lambda seconds, function: armed.append(function))
    monkeypatch.setattr(meters.connection, "close", lambda: None)
    meter = Meter("test")
    meter.add(3)
    with monkeypatch.context() as broken:
        broken.setattr(meters.ADD, "row", fail)
        armed.pop()()
    armed.pop()()
    assert armed == []
    assert Counter.objects.get(kind="test").count == 3
