"""Rate limits and failure limits: one row each, charged by one statement."""

from datetime import timedelta

import pytest
import time_machine as clock
from hypothesis import given, settings
from hypothesis import strategies as st

from users.chains import run_chain
from users.limits.buckets import FailureLimit, RateLimit
from users.managers import BATCH, by_chance
from users.models import Limit

pytestmark = pytest.mark.django_db
RATE = RateLimit("test-rate", 5, timedelta(seconds=10))
FAILURES = FailureLimit("test-failures", 6, timedelta(days=7))
START = 1_795_000_000.0
BOTH = pytest.mark.parametrize("limit", [RATE, FAILURES], ids=["rate", "failures"])


def state(limit, who="me"):
    return Limit.objects.filter(key=limit.key(who)).values_list("count", "resets_at").get()


def left_after(limit, *, failed=True):
    """Charge an attempt; how many are left, or None if refused."""
    step = limit.step("me", failed=failed)
    row = step.statement.row(**step.params)
    return row and row[0]


@given(st.lists(st.tuples(st.floats(0, 40), st.booleans()), max_size=60))
@settings(max_examples=60, deadline=None)
def test_a_rate_never_grants_more_than_a_plain_bucket(steps):
    Limit.objects.all().delete()
    tokens, now, granted = 5.0, START, []
    for wait, returns in steps:
        now += wait
        tokens = min(5.0, tokens + wait / 10)
        with clock.travel(now, tick=False):
            if returns and granted:
                RATE.refund("me")
                tokens = min(5.0, tokens + 1)
                granted.pop()
                continue
            refused_for = RATE.take("me")
        if tokens >= 1.0001:
            assert refused_for == 0
        if tokens < 0.9999:
            assert refused_for == pytest.approx((1 - tokens) * 10, abs=0.01)
        if refused_for == 0:
            tokens -= 1
            granted.append(now)


def test_a_refused_taker_may_come_when_told():
    with clock.travel(START, tick=False) as traveller:
        waits = [RATE.take("me") for _ in range(6)]
        assert waits[:5] == [0] * 5
        assert RATE.used_of(*state(RATE)) == 5
        traveller.shift(waits[5])
        assert RATE.take("me") == 0
        assert RATE.take("me") > 0


@BOTH
def test_limits_of_different_people_are_different(limit):
    for _ in range(limit.most):
        assert limit.take("me") == 0
    assert limit.take("me") > 0
    assert limit.take("you") == 0


def test_keys_hold_no_plain_phone():
    RATE.take("+79161234567")
    FAILURES.take("+79161234567")
    assert not [key for key in Limit.objects.values_list("key", flat=True) if "7916" in key]


@BOTH
def test_many_at_once_are_granted_exactly_the_limit(at_once, limit):
    assert at_once(lambda _: limit.take("me"), range(32)).count(0.0) == limit.most


@BOTH
def test_a_chain_breaks_at_a_limit_that_is_reached_and_what_it_charged_is_given_back(limit):
    other = FailureLimit("test-other", 100, timedelta(days=1))
    for _ in range(limit.most):
        assert len(run_chain(other.step("me"), limit.step("me"))) == 2
    assert len(run_chain(other.step("me"), limit.step("me"), RATE.step("you"))) == 1
    assert other.used_of(*state(other)) == limit.most
    assert not Limit.objects.filter(key=RATE.key("you")).exists()


def test_failures_are_forgotten_after_a_quiet_time():
    with clock.travel(START, tick=False) as traveller:
        assert [left_after(FAILURES) for _ in range(7)] == [5, 4, 3, 2, 1, 0, None]
        traveller.shift(timedelta(days=7) - timedelta(seconds=1))
        assert FAILURES.take("me") == pytest.approx(1)
        traveller.shift(2)
        assert left_after(FAILURES) == 5


def test_only_a_failure_begins_the_quiet_time_anew():
    with clock.travel(START, tick=False) as traveller:
        left_after(FAILURES)
        traveller.shift(timedelta(days=3))
        left_after(FAILURES, failed=False)
        assert state(FAILURES) == (2, START + 7 * 86_400)
        left_after(FAILURES)
        assert state(FAILURES) == (3, START + 10 * 86_400)


def test_failures_given_back_never_go_below_none():
    FAILURES.take("me")
    FAILURES.refund("me", count=5)
    assert left_after(FAILURES) == 5


@BOTH
def test_what_was_never_taken_can_be_given_back_without_harm(limit):
    limit.refund("me")
    for _ in range(limit.most):
        assert limit.take("me") == 0
    assert limit.take("me") > 0


@BOTH
def test_a_row_from_a_clock_far_ahead_is_ignored(limit):
    with clock.travel(START + 365 * 86_400, tick=False):
        for _ in range(limit.most):
            limit.take("me")
    with clock.travel(START, tick=False):
        assert limit.used_of(*state(limit)) == 0
        assert limit.wait_of(*state(limit)) == 0
        for _ in range(limit.most):
            assert limit.take("me") == 0
        assert limit.take("me") > 0


@pytest.mark.parametrize("ahead", [1, 59])
def test_nobody_waits_longer_than_a_period_because_of_a_clock_a_little_ahead(ahead):
    with clock.travel(START + ahead, tick=False):
        for _ in range(5):
            RATE.take("me")
    with clock.travel(START, tick=False):
        assert 0 < RATE.take("me") <= 10
        assert RATE.wait_of(*state(RATE)) <= 10


def test_failures_are_never_waited_for_longer_than_their_quiet_time():
    with clock.travel(START + 50, tick=False):
        for _ in range(6):
            FAILURES.take("me")
    with clock.travel(START, tick=False):
        assert 0 < FAILURES.take("me") <= 7 * 86_400


def test_used_up_rows_are_swept_in_batches():
    Limit.objects.bulk_create(
        [Limit(key=str(n), kind="x", count=1, resets_at=START) for n in range(BATCH + 100)]
    )
    with clock.travel(START, tick=False):
        RATE.take("me")
    assert Limit.objects.sweep(resets_at__lte=START) == BATCH
    assert Limit.objects.count() == 101
    assert Limit.objects.sweep(resets_at__lte=START) == 100


def test_one_call_in_a_hundred_sweeps(monkeypatch):
    """It is asked for by name here: in tests, none sweeps by chance."""
    rolled = iter(range(100))
    monkeypatch.setattr("secrets.randbelow", lambda most: next(rolled) % most)
    assert [by_chance() for _ in range(100)].count(True) == 1
