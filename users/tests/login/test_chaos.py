"""Many threads request and enter codes: right and wrong ones, by both doors, from anywhere.

`CHAOS_SECONDS=600` runs it for ten minutes.
"""

import logging
import threading
import time
from collections import Counter
from datetime import timedelta
from typing import NamedTuple

import pytest
import time_machine
from django.utils import timezone

from config.tests.chaos import SECONDS, deadlocks, let_loose
from config.tests.factories import HERE, new_phone
from config.tests.load import only_postgresql
from users.clients import Client
from users.errors import SmsUnavailable
from users.limits import meters
from users.limits.rows import ENDING
from users.login import attempts, challenges, confirm_code, gateways, send_code
from users.models import Challenge, Limit, Session, User
from users.models import Counter as Hours
from users.sessions.bans import ban, unban
from users.sessions.lifecycle import open_session
from users.tests.browsing import wrong
from users.tests.login.ledger import Ledger

HOUR = 1_795_003_200.0  # the start of one
ROUND = 0.6  # s
PAUSES = (0, 61, 400)  # s: at once, when resending is allowed, when codes have ended
PLACES = [
    Client.at(address)
    for address in (
        *("192.0.2.1", "192.0.2.2", "192.0.2.3"),
        *("2001:db8:1:1::1", "2001:db8:1:2::1", "2001:db8:2:1::1"),
    )
]


class Text(NamedTuple):
    """An SMS, who requested it, and the place from which its ticket is used."""

    phone: str
    home: Client
    roams: Client
    ticket: str
    code: str


class Town:
    """People with phones, some with known networks, and their messages.

    Each thread records its own results in `mine`.
    """

    def __init__(self):
        self.phones = [new_phone() for _ in range(8)]
        self.known = {(phone, PLACES[n % 6].network) for n, phone in enumerate(self.phones[:5])}
        self.ledger, self.inbox, self.mine = Ledger(), [], threading.local()
        for phone in self.phones[:5]:
            user = User.objects.create_user(phone)
            for place in PLACES:
                if (phone, place.network) in self.known:
                    open_session(user, place)
        Session.objects.update(created_at=timezone.now() - timedelta(days=2))
        self.banned = User.objects.get(phone=self.phones[0])

    def watch(self, monkeypatch):
        """Record what the database answers where callers don't see it."""
        run_chain, change = attempts.run_chain, challenges.Change

        def charge(*steps):
            done = run_chain(*steps)
            doors = [step for step in steps if "nonce" in step.params]  # refunds have none
            if doors and len(done) == len(steps):
                (door,) = doors
                name = door.statement.name.rpartition("_")[2]
                self.mine.attempt = door.params["nonce"], name
                self.ledger.attempt(*self.mine.attempt, self.mine.client)
            return done

        def begin(challenge, ticket, step, undo):
            self.ledger.challenge(challenge)
            self.mine.known = challenge.known
            return change(challenge, ticket, step, lambda: self.undo(undo))

        monkeypatch.setattr(attempts, "run_chain", charge)
        monkeypatch.setattr(challenges, "Change", begin)
        monkeypatch.setattr(gateways, "deliver", self.deliver)

    def undo(self, undo):
        self.mine.undone = undo()
        return self.mine.undone

    def deliver(self, message):
        time.sleep(self.mine.dice.choice([0, 0, 0.002, 0.01]))
        if self.mine.dice.random() < 0.15:
            raise SmsUnavailable
        self.mine.code = message.text.rpartition("#")[2]

    def send(self, dice, phone, client, text=None):
        """Request a code, or again with the ticket of `text`."""
        self.mine.dice = dice
        ticket = text.ticket if text else ""
        try:
            sent = send_code(phone, client, ticket)
        except SmsUnavailable:
            if not self.mine.undone:  # somebody has guessed at it
                self.ledger.message(phone, client, known=self.mine.known, sent=False)
            raise
        self.ledger.message(phone, client, known=self.mine.known)
        home, roams = (text.home, text.roams) if text else (client, dice.choice(PLACES))
        self.inbox.append(Text(phone, home, roams, sent.ticket or "", self.mine.code))

    def ask(self, dice):
        self.send(dice, dice.choice(self.phones), dice.choice(PLACES))

    def ask_again(self, dice):
        text = self.text(dice)
        self.send(dice, text.phone, dice.choice([text.home, text.roams]), text)

    def text(self, dice):
        """One of the newest messages, so that several threads use the same one."""
        return dice.choice(self.inbox[-5:] or [Text(self.phones[0], HERE, HERE, "", "0000")])

    def enter(self, dice, code_of):
        text = self.text(dice)
        by_ticket = text.ticket and dice.random() < 0.5
        self.mine.client = text.roams if by_ticket else text.home
        ticket = text.ticket if by_ticket else ""
        confirm_code(text.phone, code_of(text.code), self.mine.client, ticket)
        self.ledger.login(*self.mine.attempt)

    def enter_right(self, dice):
        self.enter(dice, str)

    def enter_wrong(self, dice):
        self.enter(dice, wrong)

    def ban(self, dice):
        dice.choice([ban, unban])(self.banned.pk, HERE, by="chaos")

    def sweep(self, dice):
        Challenge.objects.sweep(expires_at__lte=time.time())
        Limit.objects.sweep(ENDING, resets_at__lte=time.time())

    @property
    def actions(self):
        return {
            self.ask: 6,
            self.ask_again: 3,
            self.enter_right: 4,
            self.enter_wrong: 5,
            self.ban: 0.2,
            self.sweep: 0.2,
        }


def clear():
    for model in (Limit, Challenge, Session, Hours, User):
        model.objects.all().delete()
    for counter in meters.COUNTERS.values():
        counter.forget()


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_no_order_of_logins_deadlocks_fails_or_miscounts(settings, monkeypatch, capsys):
    monkeypatch.setattr(logging.getLogger("users.security"), "disabled", True)
    before, done, end, episodes = deadlocks(), Counter(), time.monotonic() + SECONDS, 0
    while time.monotonic() < end or episodes < 2:
        settings.GUESS_ALARM = (12 if episodes % 2 else 10**6, 10**6)
        settings.SMS_HOURLY_BUDGET = 60 if episodes % 3 else 10**6
        with time_machine.travel(HOUR, tick=False) as clock, monkeypatch.context() as patch:
            clear()
            town = Town()
            town.watch(patch)
            people, sessions = set(town.phones[:5]), Session.objects.count()
            for pause in PAUSES:
                clock.shift(pause)
                done += let_loose(town.actions, seconds=ROUND, seed=f"{episodes} {pause}")
                town.ledger.compare(time.time())
                town.ledger.compare_people(people, sessions)
        episodes += 1
    with capsys.disabled():
        print("", episodes, "episodes", done.total(), "operations", done)
    assert deadlocks() == before
    happened = {"ask", "ask_again", "enter_right", "ban", "sweep"}
    happened |= {("ask", "sms_unavailable"), ("enter_right", "invalid_code")}
    assert happened | {("enter_wrong", "too_many_attempts")} <= set(done)
