"""Attackers with patience, against a frozen clock. The figures stand in docs/security.md.

Guesses are counted where they are compared, so that nothing else can hide one.
"""

import contextlib
import itertools
import random
from datetime import timedelta

import pytest
from django.db import connection  # noqa: F401  # for skipif
from django.test import RequestFactory

from users.errors import CodeRecentlySent, InvalidCode, Refusal
from users.limits import policy
from users.login import confirm_code, gateways, send_code
from users.login.challenges import Try
from users.models import Session, User
from users.sessions.lifecycle import pair, rotate

pytestmark = pytest.mark.django_db
once = pytest.mark.skipif(
    "connection.vendor != 'sqlite'", reason="a long simulation, on one database; SQLite is quicker"
)
START = "2026-11-20T12:00:00Z"
OWNER = "198.51.100.7"
requests = RequestFactory()
REAL_MATCHES = Try.matches


def come_from(address: str):
    return requests.post("/", REMOTE_ADDR=address)


@pytest.fixture
def compared(monkeypatch):
    """How many of the attackers' guesses were compared, by digits; none is ever right."""
    counts = {4: 0, 8: 0}

    def count(attempt: Try, code: str) -> bool:
        counts[attempt.slot.digits] += 1
        return False

    monkeypatch.setattr(Try, "matches", count)
    return counts


def ask(phone: str, address: str) -> int | None:
    """Have a code sent; its length, or None if refused."""
    try:
        return send_code(phone, come_from(address)).code_length
    except Refusal:
        return None


def guess_until_refused(phone: str, addresses, digits: int) -> None:
    """As many guesses as the API takes, from one address after another."""
    while True:
        try:
            confirm_code(phone, "0" * digits, come_from(next(addresses)))
        except Refusal as refusal:
            if not refusal.meta.get("attempts_left"):
                return


def newest_message(phone: str) -> str:
    return next(m.text for m in reversed(gateways.outbox) if m.phone == phone).rpartition("#")[2]


def owner_logs_in(phone: str) -> None:
    """At any moment: ask, or use the message that is there already; no waiting."""
    for _ in range(4):
        with contextlib.suppress(CodeRecentlySent):  # if so, the message has come here already
            send_code(phone, come_from(OWNER))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Try, "matches", REAL_MATCHES)
            try:
                confirm_code(phone, newest_message(phone), come_from(OWNER))
            except Refusal:
                continue
            return
    raise AssertionError("the owner is locked out")


@once
@pytest.mark.parametrize("addresses", [1, 1000])
@pytest.mark.parametrize("owner_comes", [False, True])
def test_thirty_days_against_one_phone(addresses, owner_comes, compared, time_machine, capsys):
    time_machine.move_to(START, tick=False)
    phone, dice = "+79161234567", random.Random(7)
    theirs = itertools.cycle(f"10.{n // 250}.{n % 250}.1" for n in range(addresses))
    if owner_comes:
        owner_logs_in(phone)
    logins = 0
    for minute in range(0, 30 * 24 * 60, 40):  # a code can be had once an hour
        ask(phone, next(theirs))
        guess_until_refused(phone, theirs, 4)
        guess_until_refused(phone, theirs, 8)
        if owner_comes and dice.random() < 1 / 20:
            owner_logs_in(phone)
            logins += 1
        time_machine.shift(timedelta(minutes=40 if minute else 1))
    with capsys.disabled():
        print(
            f"\n30 days, one phone, {addresses} address(es), {logins} logins of the owner: "
            f"{compared[4]} guesses met a 4-digit code, {compared[8]} an 8-digit one; "
            f"chance {compared[4] / 1e4 + compared[8] / 1e8:.6f}"
        )
    assert 0 < compared[4] <= 6
    assert compared[8] <= 2 * 3 * (5 + 30 * 24)
    assert bool(logins) == owner_comes


def test_an_attackers_own_logins_do_not_hide_a_surge(time_machine):
    time_machine.move_to(START, tick=False)
    for number in range(40):
        own, address = "+79260000001", f"10.7.{number}.1"
        ask(own, address)
        confirm_code(own, newest_message(own), come_from(address))
    policy.WRONG_GUESSES.add(policy.SURGE_LEAST + 1)
    assert ask("+79161234567", OWNER) == 8


def test_a_network_without_means_never_delays_the_owner(at_once, sms_outbox):
    """In parallel, too: its requests touch nothing of the phone's."""
    for number in range(20):
        ask(f"+7926000{number:04}", "10.0.0.1")

    def one(task):
        phone, address = task
        return [ask(phone, address) for _ in range(10)] if address == "10.0.0.1" else ask(*task)

    for round_ in range(10):
        phone = f"+7916777{round_:04}"
        results = at_once(one, [(phone, "10.0.0.1")] * 7 + [(phone, f"10.1.{round_}.1")])
        assert results[-1] == 4
        assert results[:-1] == [[None] * 10] * 7


def test_a_long_code_may_be_typed_on_another_network_than_it_was_asked_for(time_machine):
    """As phones do, whose carrier changes their address all the time."""
    time_machine.move_to(START, tick=False)
    phone = "+79161234567"
    policy.GUESSES_PER_PHONE.record(6, phone)
    for right in (True, False):
        assert ask(phone, OWNER) == 8
        code = newest_message(phone)
        wrong = f"{(int(code) + 1) % 10**8:08}"
        for number in range(2 if right else 3):
            with pytest.raises(InvalidCode):
                confirm_code(phone, wrong, come_from(f"10.0.{number}.1"))
        if right:
            assert confirm_code(phone, code, come_from("10.0.7.1"))
        else:
            with pytest.raises(InvalidCode):
                confirm_code(phone, code, come_from("10.0.7.1"))
            assert confirm_code(phone, code, come_from(OWNER)), "its own tries are left"


def test_an_owner_at_a_new_network_keeps_the_tries_of_a_long_code(compared, time_machine):
    time_machine.move_to(START, tick=False)
    phone, theirs = "+79161234567", itertools.cycle(["10.0.0.1", "10.0.1.1"])
    for _ in range(2):
        ask(phone, "10.0.0.1")
        guess_until_refused(phone, theirs, 4)
    assert ask(phone, OWNER) == 8
    for _ in range(50):
        guess_until_refused(phone, theirs, 8)
    owner_logs_in(phone)


def test_a_refresh_elsewhere_makes_no_network_familiar_and_none_strange(time_machine):
    time_machine.move_to(START, tick=False)
    phone = "+79161234567"
    owner_logs_in(phone)
    session = Session.objects.get()
    rotate(pair(session)["refresh"], come_from("10.9.9.9"))
    assert policy.is_familiar(phone, OWNER)
    assert not policy.is_familiar(phone, "10.9.9.9")


def test_a_message_is_given_back_to_the_budget_that_paid(time_machine):
    time_machine.move_to(START, tick=False)
    phone = "+79161234567"
    owner_logs_in(phone)
    for number in range(5):
        assert ask(phone, f"10.0.{number}.1")
        time_machine.shift(timedelta(seconds=61))
    for _ in range(10):
        time_machine.shift(timedelta(seconds=61))
        owner_logs_in(phone)
        assert ask(phone, "10.0.9.1") is None


def test_the_owner_can_log_in_at_the_very_worst_moment(compared, time_machine):
    """Everything at this phone is spent a second before, by strangers."""
    time_machine.move_to(START, tick=False)
    phone = "+79161234567"
    owner_logs_in(phone)
    theirs = itertools.cycle(f"10.0.{n}.1" for n in range(200))
    for _ in range(200):
        ask(phone, next(theirs))
        guess_until_refused(phone, theirs, 4)
        guess_until_refused(phone, theirs, 8)
        time_machine.shift(timedelta(seconds=7))
    for _ in range(3):
        owner_logs_in(phone)
    assert Session.objects.count() == 4


def test_a_code_that_was_not_sent_cannot_be_guessed(compared, time_machine, settings):
    """Neither after a refused request nor while the gateway fails: those cost nothing."""
    time_machine.move_to(START, tick=False)
    phone, theirs = "+79161234567", itertools.cycle(["10.0.0.1", "10.0.1.1"])
    for _ in range(60):
        ask(phone, next(theirs))
        guess_until_refused(phone, theirs, 4)
        guess_until_refused(phone, theirs, 8)
    five_messages = dict(compared)
    assert five_messages[4] == 6
    assert five_messages[8] <= 3 * 6
    settings.SMS_URL = ["json://127.0.0.1:9/"]
    time_machine.shift(timedelta(hours=3))
    for _ in range(5):
        ask(phone, next(theirs))
        guess_until_refused(phone, theirs, 8)
    assert compared == five_messages


def test_a_failed_resend_leaves_the_code_in_the_owners_hand_alone(settings, time_machine):
    time_machine.move_to(START, tick=False)
    phone = "+79161234567"
    ask(phone, OWNER)
    settings.SMS_URL = ["json://127.0.0.1:9/"]
    time_machine.shift(timedelta(seconds=61))
    assert ask(phone, "10.0.0.1") is None
    assert confirm_code(phone, newest_message(phone), come_from(OWNER))


def test_a_login_does_not_give_an_attacker_guesses_back(compared, time_machine):
    time_machine.move_to(START, tick=False)
    phone, theirs = "+79161234567", itertools.cycle(["10.0.0.1", "10.0.1.1"])
    owner_logs_in(phone)
    for _ in range(40):
        ask(phone, next(theirs))
        guess_until_refused(phone, theirs, 4)
        owner_logs_in(phone)
        time_machine.shift(timedelta(hours=1))
    assert compared[4] == 6


def test_guesses_at_the_very_code_the_owner_uses_are_not_given_back(compared, time_machine):
    time_machine.move_to(START, tick=False)
    phone = "+79161234567"
    for _ in range(10):
        ask(phone, OWNER)
        for _ in range(2):
            with pytest.raises(Refusal):
                confirm_code(phone, "0000", come_from("10.0.0.1"))
        owner_logs_in(phone)
    assert compared[4] == 6


def test_the_owners_own_slips_are_given_back(time_machine, sms_outbox):
    time_machine.move_to(START, tick=False)
    phone = "+79161234567"
    for _ in range(10):
        sent = send_code(phone, come_from(OWNER))
        right = newest_message(phone)
        for _ in range(2):
            with pytest.raises(Refusal):
                confirm_code(phone, f"{(int(right) + 1) % 10_000:04}", come_from(OWNER))
        assert confirm_code(phone, right, come_from(OWNER))
        assert sent.code_length == 4


def test_long_codes_end_after_seven_quiet_days(compared, time_machine):
    time_machine.move_to(START, tick=False)
    phone, theirs = "+79161234567", itertools.cycle(["10.0.0.1"])
    for _ in range(2):
        ask(phone, "10.0.0.1")
        guess_until_refused(phone, theirs, 4)
    assert ask(phone, OWNER) == 8
    time_machine.shift(timedelta(days=6, hours=23))
    assert ask(phone, OWNER) == 8
    owner_logs_in(phone)  # a login is no wrong guess: it prolongs nothing
    time_machine.shift(timedelta(hours=2))
    assert ask(phone, OWNER) == 4


def test_a_wrong_guess_at_a_long_code_begins_the_quiet_days_anew(compared, time_machine):
    time_machine.move_to(START, tick=False)
    phone, theirs = "+79161234567", itertools.cycle(["10.0.0.1"])
    for _ in range(3):
        if digits := ask(phone, "10.0.0.1"):
            guess_until_refused(phone, theirs, digits)
    time_machine.shift(timedelta(days=6))
    ask(phone, "10.0.0.1")
    guess_until_refused(phone, theirs, 8)
    time_machine.shift(timedelta(days=6))
    assert ask(phone, OWNER) == 8


@once
def test_a_spray_from_one_address(compared, time_machine, capsys):
    time_machine.move_to(START, tick=False)
    phones = (f"+7926{n:07}" for n in range(100_000))
    here, asked = itertools.repeat("10.0.0.1"), 0
    for _quarter in range(24 * 4):
        while (digits := ask(phone := next(phones), "10.0.0.1")) is not None:
            asked += 1
            guess_until_refused(phone, here, digits)
        time_machine.shift(timedelta(minutes=15))
    with capsys.disabled():
        print(
            f"\nspray, one address, one day: of 100,000 phones {asked} were sent a code, "
            f"{compared[4]} guesses met a 4-digit code, {compared[8]} an 8-digit one; "
            f"{compared[4] / 1e4 + compared[8] / 1e8:.4f} accounts expected"
        )
    assert compared[4] <= 30


@once
def test_a_spray_from_many_addresses(compared, time_machine, capsys):
    time_machine.move_to(START, tick=False)
    addresses = itertools.cycle(f"10.{n // 250}.{n % 250}.1" for n in range(1000))
    asked = 0
    for number in range(1500):  # of 100,000; long before that no code is short any more
        phone, address = f"+7926{number:07}", next(addresses)
        if digits := ask(phone, address):
            asked += 1
            guess_until_refused(phone, addresses, digits)
        if number == 1000:
            short_by_then = compared[4]
    every = 100_000 / asked * compared[8] / 1e8
    with capsys.disabled():
        print(
            f"\nspray, 1,000 addresses, 100,000 phones: {compared[4]} guesses met a 4-digit code "
            f"before all codes became long; {compared[4] / 1e4 + every:.4f} accounts expected"
        )
    assert compared[4] == short_by_then
    assert compared[4] <= policy.SURGE_LEAST + 3


def test_a_surge_ends_after_seven_quiet_days(time_machine, phone):
    time_machine.move_to(START, tick=False)
    policy.WRONG_GUESSES.add(policy.SURGE_LEAST + 1)
    assert ask(phone, OWNER) == 8
    time_machine.shift(timedelta(days=6, hours=23))
    assert ask(phone, OWNER) == 8
    time_machine.shift(timedelta(hours=2))
    assert ask(phone, OWNER) == 4


def test_a_busy_system_is_allowed_more_wrong_guesses(time_machine, phone):
    time_machine.move_to(START, tick=False)
    policy.RETURNS.add(1000)
    policy.WRONG_GUESSES.add(2 * policy.SURGE_LEAST)
    assert ask(phone, OWNER) == 4
    assert not User.objects.exists()
