"""Challenges and limits against a plain model: doors, networks, failures, time passing."""

from contextlib import contextmanager
from unittest import mock

import pytest
import time_machine as clock
from django.db import OperationalError, connection
from hypothesis import HealthCheck
from hypothesis import settings as bounds
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from users.clients import Client
from users.errors import Refusal, SmsUnavailable
from users.limits import alarm, policy
from users.login import confirm_code, gateways, send_code
from users.models import Challenge, Counter, Limit, Session
from users.tests.counts import counted, used

pytestmark = pytest.mark.django_db
START = 1_795_000_000.0
MONTH, LIFE = 30 * 86_400, 310
NETWORKS = ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
PHONES = ["+79161234567", "+79161234568"]


class Opened:
    """A challenge of the model."""

    def __init__(self, ticket, code, now):
        self.ticket, self.code, self.sent, self.ends = ticket, code, now, now + LIFE
        self.left, self.charged = {"ticket": 3, "network": 3}, {"ticket": 0, "network": 0}


class Failures:
    """A failure limit of the model."""

    def __init__(self, most):
        self.most, self.count, self.ends = most, 0, 0.0

    def at(self, now):
        return self.count if now < self.ends else 0

    def charge(self, now, failed):
        if self.at(now) == 0 and now >= self.ends:
            self.count, self.ends = 0, now + MONTH
        self.count += 1
        if failed:
            self.ends = now + MONTH

    def refund(self, count):
        self.count = max(0, self.count - count)


class LoginMachine(RuleBasedStateMachine):
    """Unknown pairs of two phones and three networks; messages are limited per phone."""

    @initialize()
    def begin(self):
        for model in (Limit, Challenge, Session, Counter):
            model.objects.all().delete()
        for quota in (policy.BUDGET, policy.STRANGERS_BUDGET, alarm.GUESSES):
            quota.forget()
        self.now, self.guesses = START, 0
        self.opened = {}
        self.phones = {phone: Failures(6) for phone in PHONES}
        self.networks = {network: Failures(30) for network in NETWORKS}
        self.messages = dict.fromkeys((*PHONES, *NETWORKS), START)

    @contextmanager
    def frozen(self):
        with clock.travel(self.now, tick=False):
            yield

    def call(self, function, *arguments):
        with self.frozen():
            try:
                return function(*arguments), None
            except Refusal as refusal:
                return None, refusal.code
            except OperationalError:
                return None, "database"

    def living(self, phone, network):
        one = self.opened.get((phone, network))
        return one if one and self.now < one.ends else None

    def digits(self, phone, network):
        limits = self.phones[phone], self.networks[network]
        return 8 if any(limit.at(self.now) >= limit.most for limit in limits) else 4

    def free(self, phone, network):
        bounds = ((phone, 10, 3600), (network, 20, 60))
        return all(
            self.messages[who] <= self.now + (most - 1) * period for who, most, period in bounds
        )

    def pay(self, phone, network):
        for who, period in ((phone, 3600), (network, 60)):
            self.messages[who] = max(self.messages[who], self.now) + period

    @rule(seconds=st.sampled_from([1, 20, 61, 200, LIFE, 3_600, 86_400, MONTH]))
    def wait(self, seconds):
        self.now += seconds
        if seconds > 86_400:  # so that no pair becomes known
            Session.objects.all().delete()

    @rule(
        phone=st.sampled_from(PHONES),
        network=st.sampled_from(NETWORKS),
        by_ticket=st.booleans(),
        gateway=st.sampled_from([True, True, True, False]),
    )
    def ask(self, phone, network, by_ticket, gateway):
        Session.objects.all().delete()
        old = self.living(phone, network)
        door = "ticket" if by_ticket and old else "network"
        ticket = old.ticket if door == "ticket" else ""
        digits = self.digits(phone, network)
        replaced = old is None or len(old.code) < digits
        broken = mock.patch.object(gateways, "deliver", side_effect=SmsUnavailable)
        with broken if not gateway else mock.patch.object(gateways, "TIMEOUT", 10.0):
            sent, refused = self.call(send_code, phone, Client.at(network), ticket)
        if not replaced and old.left[door] and self.now < old.sent + 60:
            assert refused == "code_recently_sent"
        elif not self.free(phone, network):
            assert refused == "too_many_codes"
        elif not gateway:
            assert refused == "sms_unavailable"
            if replaced:
                self.opened.pop((phone, network), None)
        else:
            assert refused is None
            self.pay(phone, network)
            code = gateways.outbox[-1].text.rpartition("#")[2]
            if replaced:
                assert sent.code_length == len(code) == digits
                self.opened[phone, network] = Opened(sent.ticket, code, self.now)
            else:
                assert (sent.ticket, code) == (ticket or None, old.code)
                old.sent, old.ends, old.left[door] = self.now, self.now + LIFE, 3
        self.compare()

    @rule(
        phone=st.sampled_from(PHONES),
        network=st.sampled_from(NETWORKS),
        elsewhere=st.sampled_from([None, *NETWORKS]),
        right=st.booleans(),
        database=st.sampled_from([True, True, True, False]),
    )
    def enter(self, phone, network, elsewhere, right, database):
        """At a challenge through its network's door, or by its ticket from elsewhere."""
        one, came = self.opened.get((phone, network)), elsewhere or network
        door = "ticket" if elsewhere and one else "network"
        code = one.code if one else "0000"
        typed = code if right else f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"
        ticket = one.ticket if door == "ticket" else ""
        if door == "network":
            came = network
        expected = self.entered(phone, network, came, door, right, database)
        error = OperationalError("disk full")
        broken = mock.patch("users.login.steps.open_session", side_effect=error)
        with broken if not database else mock.patch.object(gateways, "TIMEOUT", 10.0):
            login, refused = self.call(confirm_code, phone, typed, Client.at(came), ticket)
        assert (refused or "login") == expected
        assert bool(login) == (expected == "login")
        self.compare()

    def entered(self, phone, network, came, door, right, database):
        one = self.living(phone, network)
        if one is None:
            return "invalid_code"
        short = len(one.code) == 4
        limits = [self.phones[phone], self.networks[came]] if short else []
        full = any(limit.at(self.now) >= limit.most for limit in limits)
        if not one.left[door] or full:
            return "too_many_attempts"
        if right and not database:
            for limit in limits:  # charged and given back, which leaves when it is forgotten
                limit.charge(self.now, failed=False)
                limit.refund(1)
            return "database"
        for limit in limits:
            limit.charge(self.now, failed=not right)
        one.left[door] -= 1
        one.charged[door] += 1
        if not right:
            return "invalid_code"
        for limit in limits:
            limit.refund(one.charged[door])
        del self.opened[phone, network]
        return "login"

    def compare(self):
        """Every count is the model's."""
        with self.frozen():
            for phone, limit in self.phones.items():
                assert used(policy.GUESSES_PER_PHONE, phone) == limit.at(self.now)
            for network, limit in self.networks.items():
                assert used(policy.GUESSES_PER_NETWORK, network) == limit.at(self.now)
            living = sum(self.now < one.ends for one in self.opened.values())
            assert Challenge.objects.filter(expires_at__gt=self.now).count() == living
            assert counted(policy.BUDGET) == counted(policy.STRANGERS_BUDGET)


BOUNDED = bounds(
    max_examples=30,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="half a minute; one database is enough")
def test_login_keeps_to_a_plain_model(sms_outbox, no_sweeps, settings):
    settings.GUESS_ALARM = (10**6, 10**6)
    settings.SMS_HOURLY_BUDGET = 10**6
    run_state_machine_as_test(LoginMachine, settings=BOUNDED)
