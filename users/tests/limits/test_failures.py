"""Failures of gateway, database and clocks cost nobody anything and give attackers nothing."""

import time
from datetime import timedelta
from functools import partial

import pytest
from django.db import OperationalError

from users.clients import Client
from users.errors import CodeRecentlySent, SmsUnavailable
from users.limits import alarm, policy, rows
from users.limits.buckets import wait_for
from users.limits.meters import this_hour
from users.login import confirm_code, gateways, send_code, steps
from users.login.attempts import Attempt, take_code
from users.models import Challenge, Counter, Limit
from users.sessions.lifecycle import open_session, rotate
from users.sessions.tokens import pair
from users.tests.attackers import HOME, PHONE, Guesses, ask, newest_code
from users.tests.counts import used

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
HERE = Client.at(HOME)
YEAR = timedelta(days=365)


@pytest.fixture
def failing_gateway(monkeypatch):
    """A gateway that fails, and what happens while it is waited for."""
    meanwhile = []

    def fail(message):
        for happens in meanwhile:
            happens()
        raise SmsUnavailable

    monkeypatch.setattr(gateways, "deliver", fail)
    return meanwhile


def test_resends_that_fail_give_no_attempts_for_nothing(monkeypatch, failing_gateway, clock):
    """A code of 8 digits, which no counter but its door's bounds; the door is emptied each time."""
    guesses = Guesses(monkeypatch)
    for _ in range(6):
        policy.GUESSES_PER_PHONE.take(PHONE)
    with monkeypatch.context() as working:
        working.setattr(gateways, "deliver", lambda message: None)
        sent = send_code(PHONE, HERE)
    assert sent.code_length == 8
    failing_gateway.append(lambda: guesses.empty(PHONE, HOME, sent))
    guesses.empty(PHONE, HOME, sent)
    for _ in range(30):
        assert ask(PHONE, HOME) is None
    messages = used(policy.MESSAGES_PER_PHONE, PHONE)
    assert guesses.told[8] <= 3 + 3 * messages


def test_a_resend_that_fails_gives_the_message_back_if_nobody_used_it(failing_gateway, clock):
    with pytest.MonkeyPatch.context() as working:
        working.setattr(gateways, "deliver", gateways.outbox.append)
        send_code(PHONE, HERE)
    clock.shift(timedelta(seconds=61))
    for _ in range(30):
        with pytest.raises(SmsUnavailable):
            send_code(PHONE, HERE)
    assert used(policy.MESSAGES_PER_PHONE, PHONE) == 1
    assert confirm_code(PHONE, newest_code(PHONE), HERE)


def test_a_first_message_that_fails_is_charged_only_if_its_code_was_guessed_at(
    monkeypatch, failing_gateway
):
    guesses = Guesses(monkeypatch)
    assert ask(PHONE, HOME) is None
    assert (used(policy.MESSAGES_PER_PHONE, PHONE), Challenge.objects.count()) == (0, 0)
    failing_gateway.append(lambda: guesses.try_one(PHONE, HOME, 4))
    assert ask(PHONE, HOME) is None
    assert guesses.told[4] == used(policy.MESSAGES_PER_PHONE, PHONE) == 1
    assert used(policy.GUESSES_PER_PHONE, PHONE) == 1


@pytest.mark.parametrize("hours_end", [False, True])
def test_a_message_that_failed_is_given_back_within_its_hour_alone(
    hours_end, failing_gateway, settings, clock
):
    """In another hour it would be one more than the budget has."""
    settings.SMS_HOURLY_BUDGET = 100
    clock.move_to("2026-11-20T12:59:59Z", tick=False)
    passed = timedelta(seconds=2 if hours_end else 0)

    def as_time_passes():
        clock.shift(passed)
        if hours_end:
            policy.BUDGET.take()  # somebody else's, of the new hour

    failing_gateway.append(as_time_passes)
    assert ask(PHONE, HOME) is None
    left = policy.BUDGET._left
    assert left == (policy.BUDGET.lot - 1 if hours_end else policy.BUDGET.lot)


def test_three_failures_of_the_database_cost_a_right_code_nothing(monkeypatch):
    """It is answered 503, and is right the fourth time; the next code is short."""
    send_code(PHONE, HERE)
    code = newest_code(PHONE)

    def full(*args):
        raise OperationalError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(steps, "open_session", full)
        for _ in range(3):
            with pytest.raises(OperationalError):
                confirm_code(PHONE, code, HERE)
    assert (used(policy.GUESSES_PER_PHONE, PHONE), used(policy.GUESSES_PER_NETWORK, HOME)) == (0, 0)
    assert confirm_code(PHONE, code, HERE)
    assert send_code(PHONE, HERE).code_length == 4


def test_an_attempt_that_fails_after_the_code_was_used_is_given_back_once(monkeypatch):
    """The login that used the code gave back what both were charged."""
    for _ in range(5):
        policy.GUESSES_PER_NETWORK.take(HOME)
    send_code(PHONE, HERE)
    code = newest_code(PHONE)
    first, second = (take_code(PHONE, code, HERE) for _ in range(2))
    assert first.use(partial(steps._open, client=HERE))

    def waited_too_long(*args):
        raise OperationalError("canceling statement due to lock timeout")

    monkeypatch.setattr(Attempt, "_use", waited_too_long)
    with pytest.raises(OperationalError):
        second.use(steps._open)
    assert used(policy.GUESSES_PER_NETWORK, HOME) == 5


def test_a_code_sent_while_the_database_goes_away_can_be_used(monkeypatch):
    """Nothing is written once the message is on its way."""
    real = gateways.deliver

    def deliver_and_break(message):
        real(message)
        broken.setattr("users.statements.execute", gone)
        broken.setattr("django.db.backends.utils.CursorWrapper.execute", gone)

    def gone(*args):
        raise OperationalError("server closed the connection")

    with monkeypatch.context() as broken:
        broken.setattr(gateways, "deliver", deliver_and_break)
        assert send_code(PHONE, HERE).code_length == 4
    assert confirm_code(PHONE, newest_code(PHONE), HERE)


def test_rows_by_a_clock_a_year_ahead_are_not_believed(clock):
    """Neither limits nor challenges, sums nor the alarm."""
    clock.shift(YEAR)
    for _ in range(10):
        policy.MESSAGES_PER_PHONE.take(PHONE)
        policy.GUESSES_PER_PHONE.take(PHONE)
    ask(PHONE, HOME)
    ask("+79160000001", HOME)
    for _ in range(1000):
        alarm.take_guess()
    assert not alarm.take_guess()
    clock.shift(-YEAR)
    assert alarm.GUESSES.sums() == (0, 0)
    assert alarm.take_guess()
    assert wait_for(policy.MESSAGES_PER_PHONE, PHONE) == 0
    sent = send_code(PHONE, HERE)
    assert sent.code_length == 4
    assert confirm_code(PHONE, newest_code(PHONE), HERE)


def test_a_code_cannot_be_asked_for_twice_through_clocks_that_differ(clock):
    send_code(PHONE, HERE)
    clock.shift(timedelta(seconds=-1))
    with pytest.raises(CodeRecentlySent) as refused:
        send_code(PHONE, HERE)
    assert refused.value.wait == 60


def test_a_login_on_a_machine_whose_clock_is_ahead_counts_on_others(clock, user):
    session = open_session(user, HERE)
    tokens = pair(session)
    clock.shift(timedelta(seconds=-1))
    renewed = rotate(tokens["refresh"], HERE)
    assert renewed["access"] != ""


def test_hours_of_the_future_leave_room_in_the_week(settings):
    settings.GUESS_ALARM = (100, 500)
    ahead = this_hour() + YEAR
    Counter.objects.create(kind=alarm.GUESSES.kind, hour=ahead, count=500)
    assert alarm.GUESSES.has_room()
    assert alarm.take_guess()


def test_sweeping_does_not_end_the_alarm(clock, settings, sweeps):
    """It lasts until both sums are below, however seldom somebody asks."""
    settings.GUESS_ALARM = (100, 100)
    for _ in range(100):
        assert alarm.take_guess()
    assert not alarm.take_guess()
    clock.shift(alarm.LASTS + timedelta(hours=1))
    ask("+79160000001", "10.0.0.1")
    assert alarm.is_on(alarm.ends_at())
    clock.shift(timedelta(days=7))
    assert not alarm.is_on(alarm.ends_at())


def test_failures_are_forgotten_at_one_moment_by_all(clock):
    """What is read and what is charged must not differ, or a short code can't be answered."""
    for _ in range(6):
        policy.GUESSES_PER_PHONE.take(PHONE)
    clock.shift(policy.QUIET)
    assert send_code(PHONE, HERE).code_length == 4
    assert confirm_code(PHONE, newest_code(PHONE), HERE)


def test_sweeps_keep_up_with_attackers(clock, sweeps):
    """One call in a hundred sweeps all rows that a hundred calls can make: six each."""
    now = time.time()
    ended = [Limit(key=f"{n}", kind="messages-phone", resets_at=now - 1) for n in range(600)]
    Limit.objects.bulk_create(ended)
    rows.sweep_limits_sometimes()
    assert not Limit.objects.exists()
