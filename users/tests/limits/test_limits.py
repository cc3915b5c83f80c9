import threading
from datetime import timedelta

import pytest
import time_machine as clock
from django.db import OperationalError
from django.test import RequestFactory
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from users.errors import Refusal
from users.limits import meters, policy
from users.limits.buckets import Rate, Strikes
from users.limits.meters import Meter
from users.login import confirm_code, gateways, send_code
from users.models import Budget, LoginCode, Session, Tally

pytestmark = pytest.mark.django_db
RATE = Rate("test-rate", burst=5, period=timedelta(seconds=10))
STRIKES = Strikes("test-strikes", limit=6, quiet=timedelta(days=7))
START = 1_795_000_000.0


@given(st.lists(st.tuples(st.floats(0, 40), st.booleans()), max_size=60))
@settings(max_examples=60, deadline=None)
def test_a_rate_never_grants_more_than_a_plain_bucket(steps):
    Budget.objects.all().delete()
    tokens, now, granted = 5.0, START, []
    for wait, returns in steps:
        now += wait
        tokens = min(5.0, tokens + wait / 10)
        with clock.travel(now, tick=False):
            if returns and granted:
                RATE.give_back("me")
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
        traveller.shift(waits[5])
        assert RATE.take("me") == 0
        assert RATE.take("me") > 0


def test_budgets_of_different_people_are_different():
    for _ in range(5):
        RATE.take("me")
    assert RATE.take("me")
    assert RATE.take("you") == 0


def test_keys_hold_no_plain_phone():
    RATE.take("+79161234567")
    STRIKES.take("+79161234567")
    assert not [key for key in Budget.objects.values_list("key", flat=True) if "7916" in key]


@pytest.mark.parametrize("kind", [RATE, STRIKES], ids=["rate", "strikes"])
def test_many_at_once_are_granted_exactly_the_budget(at_once, kind):
    results = at_once(lambda _: kind.take("me"), range(32))
    granted = [r for r in results if (r == 0.0 if kind is RATE else r is not None)]
    assert len(granted) == (5 if kind is RATE else 6)


def test_strikes_are_forgotten_after_a_quiet_time():
    with clock.travel(START, tick=False) as traveller:
        assert [STRIKES.take("me") for _ in range(7)] == [5, 4, 3, 2, 1, 0, None]
        STRIKES.record(0, "me")
        traveller.shift(timedelta(days=7) - timedelta(seconds=1))
        assert STRIKES.take("me") is None
        traveller.shift(1)
        assert STRIKES.take("me") == 5


def test_strikes_given_back_never_go_below_none():
    STRIKES.take("me")
    STRIKES.give_back(5, "me")
    assert STRIKES.take("me") == 5


def test_spent_rows_leave_a_few_at_a_time():
    with clock.travel(START, tick=False) as traveller:
        for number in range(150):
            RATE.take(number)
        traveller.shift(11)
        assert Budget.objects.sweep(full_at__lte=START + 11) == 100
        assert Budget.objects.count() == 50


def test_a_meter_adds_up_what_all_processes_count():
    with clock.travel(START, tick=False) as traveller:
        one, two = Meter("test"), Meter("test")
        for _ in range(3):
            one.add()
            two.add()
        assert one.last_hour() == 3 or one.last_hour() == 4
        traveller.shift(6)
        one.last_hour(), two.last_hour()
        traveller.shift(6)
        assert one.last_hour() == two.last_hour() == 6


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
    assert Tally.objects.get(kind="test").count == 3


def test_what_is_taken_back_late_is_taken_from_the_next(monkeypatch):
    meter = Meter("test")
    for count in (2, -1, 3):
        meter.add(count)
        meter.flush()
    assert Tally.objects.get(kind="test").count == 4
    assert sum(meter.hours().values()) == 4


def test_a_count_that_cannot_be_written_is_kept(monkeypatch):
    def fail(*_):
        raise OperationalError

    meter = Meter("test")
    meter.add(3)
    with monkeypatch.context() as broken:
        broken.setattr(meters, "write", fail)
        with pytest.raises(OperationalError):
            meter.flush()
    meter.flush()
    meter.flush()
    assert Tally.objects.get(kind="test").count == 3


WEEK = 7 * 86400
NEVER = -1e12


class LoginMachine(RuleBasedStateMachine):
    """Request, resend, wrong, right, wait: the product against a plain model of one phone.

    A code is a list: its digits, when sent, when it expires, tries made, which budget paid.
    """

    PHONE, ADDRESS = "+79161234567", "192.0.2.1"

    @initialize()
    def begin(self) -> None:
        for model in (Budget, LoginCode, Session, Tally):
            model.objects.all().delete()
        for meter in (policy.SENDS, policy.WRONG_GUESSES, policy.RETURNS):
            meter.forget()
        gateways.outbox.clear()
        self.now = START
        self.codes: dict[int, list] = {}
        self.tokens = [5.0, 5.0]  # everybody's, and the familiar network's
        self.wrong, self.last_wrong, self.familiar_until = 0, NEVER, NEVER

    def escalated(self) -> bool:
        return self.wrong >= 6 and self.now < self.last_wrong + WEEK

    def living(self, digits: int):
        code = self.codes.get(digits)
        return code if code and self.now < code[2] and code[3] < 3 else None

    def call(self, function, *arguments):
        request = RequestFactory().post("/", REMOTE_ADDR=self.ADDRESS)
        with clock.travel(self.now, tick=False):
            try:
                return function(*arguments, request), None
            except Refusal as refusal:
                return None, refusal.default_code

    @rule(seconds=st.sampled_from([1, 30, 61, 299, 300, 3601, 86400, WEEK, 91 * 86400]))
    def wait(self, seconds: int) -> None:
        self.now += seconds
        self.tokens = [min(5.0, tokens + seconds / 3600) for tokens in self.tokens]

    @rule()
    def request(self) -> None:
        assume(all(abs(tokens - 1) > 1e-3 for tokens in self.tokens))
        digits = 8 if self.escalated() else 4
        old = self.living(digits)
        payer = int(self.tokens[0] < 1 and self.now < self.familiar_until)
        sent, refused = self.call(send_code, self.PHONE)
        if old and self.now < old[1] + 60:
            assert refused == "code_recently_sent"
        elif self.tokens[payer] < 1:
            assert refused == "too_many_codes"
        else:
            assert refused is None
            assert sent.code_length == digits
            code = gateways.outbox[-1].text.rpartition("#")[2]
            assert old is None or old[0] == code, "a living code is kept"
            self.tokens[payer] -= 1
            self.codes[digits] = [code, self.now, self.now + 300, old[3] if old else 0, payer]

    @rule(digits=st.sampled_from([4, 8]), right=st.booleans())
    def confirm(self, digits: int, right: bool) -> None:
        entry = self.codes.get(digits)
        assume(entry or not right)
        known = entry[0] if entry else "0" * digits
        typed = known if right else f"{(int(known) + 1) % 10**digits:0{digits}}"
        expected = self.tried(digits, right)
        login, refused = self.call(confirm_code, self.PHONE, typed)
        assert (refused or "login") == expected
        assert bool(login) == (expected == "login")

    def tried(self, digits: int, right: bool) -> str:
        code, entry = self.living(digits), self.codes.get(digits)
        if code is None:
            return "too_many_attempts" if entry and self.now < entry[2] else "invalid_code"
        code[3] += 1
        if digits == 4 and self.escalated():
            return "too_many_attempts"
        if right:
            self.wrong = max(0, self.wrong - (code[3] - 1))
            self.tokens[code[4]] = min(5.0, self.tokens[code[4]] + 1)
            self.familiar_until = self.now + 90 * 86400
            del self.codes[digits]
            return "login"
        self.wrong = (self.wrong if self.now < self.last_wrong + WEEK else 0) + 1
        self.last_wrong = self.now
        return "invalid_code"


def test_login_keeps_to_a_plain_model(sms_outbox):
    run_state_machine_as_test(
        LoginMachine,
        settings=settings(max_examples=40, stateful_step_count=40, deadline=None),
    )
