"""Challenges and limits against a plain model: doors, places, failures, the alarm, time passing."""

import pytest
from django.db import connection
from hypothesis import HealthCheck
from hypothesis import settings as bounds
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from users.limits import alarm
from users.tests.limits.machine import ANN, BROKEN, HOMES, LOST, OWN, PHONES, Machine
from users.tests.limits.model import PLACES
from users.tests.limits.plain_limits import DAY, HOUR

pytestmark = pytest.mark.django_db


class LoginMachine(Machine):
    """What a phone's owner does, and attackers who share places with the owner."""

    @rule(seconds=st.sampled_from([1, 61, 61, 61, 310, HOUR, DAY, 72 * HOUR, 30 * DAY]))
    def wait(self, seconds):
        self.model.now += seconds

    @rule(
        phone=st.sampled_from(PHONES),
        place=st.sampled_from(list(PLACES)),
        fault=st.sampled_from(["", "", "", "", "", "", "gateway", "charging", "undoing"]),
    )
    def ask(self, phone, place, fault):
        self.send(phone, place, None, fault)

    @rule(
        newest=st.integers(0, 3),
        place=st.sampled_from(list(PLACES)),
        fault=st.sampled_from(["", "", "", "", "", "", "gateway", "charging", "undoing"]),
    )
    def ask_again(self, newest, place, fault):
        """By ticket, from anywhere."""
        for one in self.opened[-1 - newest :][:1]:
            self.send(one.phone, place, one, fault)

    @rule(
        newest=st.integers(0, 3),
        elsewhere=st.sampled_from([None, *PLACES]),
        times=st.integers(1, 4),
        right=st.booleans(),
        fault=st.sampled_from(["", "", "", "", "", "", "charging", "login", "refunding"]),
    )
    def enter(self, newest, elsewhere, times, right, fault):
        """By ticket from elsewhere, or from where the code was asked for; some wrong ones first."""
        for one in self.opened[-1 - newest :][:1]:
            ticket = (one.ticket or LOST) if elsewhere else ""
            for n in reversed(range(times)):
                self.type(one, elsewhere or one.home, ticket, right and not n, fault)

    @rule(
        phone=st.sampled_from(PHONES),
        place=st.sampled_from(list(PLACES)),
        elsewhere=st.sampled_from([None, *PLACES]),
        wrongs=st.lists(st.booleans(), max_size=3),
        fault=st.sampled_from(["", "", "", "login", "refunding"]),
    )
    def log_in(self, phone, place, elsewhere, wrongs, fault):
        """All at once: a code is asked for, entered wrong by this door or that, and right."""
        before = len(self.opened)
        self.ask(phone, place, "")
        if len(self.opened) > before:
            for here in wrongs:
                self.enter(0, None if here else elsewhere or place, 1, right=False, fault="")
            self.enter(0, elsewhere, 1, right=True, fault=fault)

    @rule(
        home=st.sampled_from(HOMES),
        elsewhere=st.sampled_from([None, *PLACES]),
        wrongs=st.lists(st.booleans(), max_size=3),
    )
    def log_in_at_home(self, home, elsewhere, wrongs):
        self.log_in(ANN, home, elsewhere, wrongs, "")

    @rule(
        place=st.sampled_from(list(PLACES)),
        home=st.sampled_from([None, *HOMES]),
        ended=st.sampled_from([True, False, False]),
    )
    def attack(self, place, home, ended):
        """As many guesses as a challenge takes; the owner comes home, staff may end the alarm."""
        self.ask(OWN, place, "")
        self.enter(0, None, 3, right=False, fault="")
        self.enter(0, place, 3, right=False, fault="")
        if home:
            self.log_in(ANN, home, None, [], "")
        if ended:
            self.call("", alarm.end, "staff")
            self.model.end_alarm()
            self.compare()


BOUNDED = bounds(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a long one; one database is enough")
def test_login_keeps_to_a_plain_model(quietly, settings):
    run_state_machine_as_test(LoginMachine, settings=BOUNDED)
    assert LoginMachine.broke == set(BROKEN)
