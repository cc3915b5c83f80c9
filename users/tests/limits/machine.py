"""Runs the same actions on the product and on a plain model, and compares everything stored."""

import re
from contextlib import ExitStack
from typing import ClassVar

import time_machine
from django.conf import settings
from django.db import OperationalError, connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from users.clients import Client
from users.errors import Refusal, SmsUnavailable
from users.limits import alarm, policy
from users.limits.buckets import LIMITS
from users.login import confirm_code, gateways, send_code
from users.models import Challenge, Counter, Limit, Session, User
from users.sessions.lifecycle import open_session
from users.tests.browsing import wrong
from users.tests.counts import counted
from users.tests.limits.model import PLACES, Model
from users.tests.limits.plain_limits import DAY, FAILURES, RATES

START = 1_795_000_000
ANN, OWN, BANNED = PHONES = ["+79161234567", "+79161234568", "+79161234569"]
HOMES = ["192.0.2.1", "2001:db8:1:1::1"]
BUDGET, LOST = 20, "a ticket that nobody was told"
COLUMNS = [
    *("digits", "known", "opened_at", "sent_at", "expires_at"),
    *("ticket_left", "ticket_charged", "network_left", "network_charged"),
]
BROKEN = {  # the statement that fails
    "charging": r"INSERT INTO users_limit.*SELECT|SET \w+_left = \w+_left - 1",
    "undoing": r'(DELETE FROM|UPDATE) "users_challenge"',
    "login": r'INSERT INTO "users_session"',
    "refunding": r"CASE WHEN users_limit.count > ",
}
NEARLY = [f"{kind} {nearly}" for kind in (*RATES, *FAILURES) for nearly in (1, 2)]


class Machine(RuleBasedStateMachine):
    """The product and its model side by side; subclasses define the actions as rules."""

    broke: ClassVar = set()  # the faults that have happened, in all runs

    @initialize(
        alarm_at=st.sampled_from([(4, 9), (10**6, 10**6)]),
        nearly=st.lists(st.sampled_from(NEARLY), max_size=4),
    )
    def begin(self, alarm_at, nearly):
        for model in (Limit, Challenge, Session, Counter, User):
            model.objects.all().delete()
        for quota in (policy.BUDGET, policy.STRANGERS_BUDGET, alarm.GUESSES):
            quota.forget()
        settings.GUESS_ALARM, settings.SMS_HOURLY_BUDGET = alarm_at, BUDGET
        self.model, self.opened = Model(START, alarm_at, BUDGET), []
        self.model.banned.add(BANNED)
        with time_machine.travel(START - 2 * DAY, tick=False):
            for phone in (ANN, BANNED):
                user = User.objects.create_user(phone, is_active=phone != BANNED)
                for home in HOMES:
                    open_session(user, Client.at(home))
                    self.model.logins.append((phone, home, START - 2 * DAY))
        for one in nearly:
            self.use_up(*one.split())

    def use_up(self, kind, left):
        """Use up limits as others would, leaving so many of each."""
        for phone in PHONES[:2]:
            for place in PLACES:
                for known in (False, True):
                    what = kind.partition("-")[0]
                    self.model.charged(what, phone, place, known)
        for (name, who), limit in self.model.limits.items():
            if name == kind:
                limit.count, used = limit.most - int(left), limit.most - int(left)
                limit.ends = START + 30 * DAY
                if kind in RATES:
                    limit.count, limit.ends = 0, START + used * limit.period
                    limit.free_at = limit.ends
                key = LIMITS[kind].key(who)
                values = {"kind": kind, "count": limit.count, "resets_at": limit.ends}
                Limit.objects.update_or_create(key=key, defaults=values)

    def call(self, fault, function, *arguments):
        """Make a call; its result, and the result's name."""
        pattern = re.compile(BROKEN.get(fault, "$never"), re.DOTALL)

        def fail(execute, sql, *others):
            if pattern.search(sql):
                self.broke.add(fault)
                raise OperationalError("disk full")
            return execute(sql, *others)

        with ExitStack() as stack:
            stack.enter_context(time_machine.travel(self.model.now, tick=False))
            stack.enter_context(connection.execute_wrapper(fail))
            try:
                return function(*arguments), ""
            except Refusal as refusal:
                return None, refusal.code
            except OperationalError:
                transaction.set_rollback(False)  # the test's own transaction can go on
                return None, "database"

    def send(self, phone, place, one, fault):
        ticket, texts = (one.ticket or LOST) if one else "", []
        expected = self.model.ask(phone, place, ticket, fault)

        def deliver(message):
            texts.append(message.text)
            if fault in ("gateway", "undoing"):
                raise SmsUnavailable

        usual, gateways.deliver = gateways.deliver, deliver
        try:
            sent, refused = self.call(fault, send_code, phone, Client.at(place), ticket)
        finally:
            gateways.deliver = usual
        assert (refused or "sent") == expected
        if texts and expected != "sms_unavailable":
            home = one.home if one else place
            self.keep(self.model.behind(phone, home, ""), texts[0].rpartition("#")[2], sent, ticket)
        self.compare()

    def keep(self, opened, code, sent, ticket):
        """Copy code and ticket from the message and the answer to the model's challenge."""
        if opened.code:
            assert code == opened.code
            assert not sent or (sent.ticket or "") == ticket
        else:
            opened.code, opened.ticket = code, sent and sent.ticket
            self.opened.append(opened)
        assert len(code) == opened.digits
        assert not sent or sent.code_length == opened.digits

    def type(self, one, place, ticket, right, fault):
        living = self.model.behind(one.phone, place, ticket) or one
        code = living.code if right else wrong(living.code)
        expected = self.model.enter(one.phone, place, ticket, code, fault)
        login, refused = self.call(fault, confirm_code, one.phone, code, Client.at(place), ticket)
        assert (refused or "login") == expected
        assert not login or (login.user.phone, login.session.network) == (
            one.phone,
            PLACES[place][0],
        )
        self.compare()

    def compare(self):
        """Compare everything stored with the model."""
        now, model = self.model.now, self.model
        names = {LIMITS[kind].key(who): (kind, who) for kind, who in model.limits}
        rows = Limit.objects.exclude(kind=alarm.KEY).values_list("key", "count", "resets_at")
        with time_machine.travel(now, tick=False):
            stored = {names[key]: LIMITS[names[key][0]].used_of(*row) for key, *row in rows}
            assert alarm.ends_at() == model.alarm_ends
        used = {name: limit.used(now) for name, limit in model.limits.items()}
        assert {name: count for name, count in stored.items() if count} == {
            name: count for name, count in used.items() if count
        }
        assert [
            counted(alarm.GUESSES),
            counted(policy.BUDGET),
            counted(policy.STRANGERS_BUDGET),
        ] == [model.guesses.used, model.budget.used, model.strangers.used]
        assert sorted(Challenge.objects.filter(expires_at__gt=now).values_list(*COLUMNS)) == sorted(
            one.row for one in model.challenges if now < one.ends
        )
        assert Session.objects.count() == len(model.logins)
