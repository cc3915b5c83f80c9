"""How sprays over many phones are timed, each to get the most out of the system's bounds."""

import itertools
from contextlib import suppress
from datetime import timedelta

from users.clients import Client
from users.errors import Refusal
from users.limits import alarm, policy
from users.login import confirm_code
from users.tests.attackers import ask, newest_code

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def settings_of_alarm():
    return alarm.GUESSES._bounds()


class Spray:
    """One phone after another, from one network after another, request by request."""

    def __init__(self, guesses, processes, places):
        self.guesses, self.processes, self.places = guesses, processes, places
        self.phones = (f"+7926{n:07}" for n in itertools.count())

    def open(self):
        """A challenge for the next phone; None if none of three places gets a short code."""
        for address in itertools.islice(self.places, 3):
            self.processes.next()
            phone = next(self.phones)
            if (sent := ask(phone, address)) and sent.code_length == policy.SHORT:
                return phone, address, sent
        return None

    def guess(self, challenge, most=6):
        """Up to six guesses, three by each door; how many were compared."""
        phone, address, sent = challenge
        told = 0
        for ticket in ("", "", "", sent.ticket, sent.ticket, sent.ticket)[:most]:
            self.processes.next()
            told += self.guesses.try_one(phone, address, 4, ticket)
        return told

    def burst(self, most):
        """Guess `most` times, or until nothing is compared any more."""
        told = 0
        while told < most and (challenge := self.open()):
            got = self.guess(challenge, most - told)
            told += got
            if not got:
                break
        return told


def loud(spray, clock, hours):
    """All that is had at any time."""
    for _ in range(hours):
        spray.burst(10**6)
        clock.shift(HOUR)


def below(spray, clock, hours):
    """Below the hour's bound, by the lots that four processes may hold."""
    for _ in range(hours):
        spray.burst(settings_of_alarm()[0] * 9 // 10)
        clock.shift(HOUR)


def slow(spray, clock, hours):
    """A little below the week's bound, spread over it."""
    share = (settings_of_alarm()[1] - 20) // (7 * 24)
    for _ in range(hours):
        spray.burst(share)
        clock.shift(HOUR)


def around_the_hour(spray, clock, hours):
    """Half in the last second of an hour, half in the first of the next."""
    clock.shift(HOUR - timedelta(seconds=1))
    for _ in range(hours):
        spray.burst(settings_of_alarm()[0] - 5)
        clock.shift(timedelta(seconds=1))
        spray.burst(settings_of_alarm()[0] - 5)
        clock.shift(HOUR - timedelta(seconds=1))


def around_the_week(spray, clock, hours):
    """From the last second of an hour on what a week takes, and more in the 168th hour after it."""
    clock.shift(HOUR - timedelta(seconds=1))
    spray.burst(settings_of_alarm()[0] - 5)
    clock.shift(timedelta(seconds=1))
    for pause in (1, 1, 1, 164, 1, 1):
        spray.burst(settings_of_alarm()[0] - 5)
        clock.shift(pause * HOUR)


def hoarding(spray, clock, hours):
    """Challenges opened while the codes are short, guessed at later."""
    for _ in range(hours):
        hoard = list(itertools.takewhile(bool, (spray.open() for _ in range(60))))
        clock.shift(4 * MINUTE)
        for challenge in hoard:
            spray.guess(challenge)
        clock.shift(HOUR - 4 * MINUTE)


def refunded(spray, clock, hours):
    """Own phones: two wrong guesses and a right login, between the guesses at others."""
    own = (f"+7936{n:07}" for n in itertools.count())
    for _ in range(hours):
        for _ in range(40):
            if challenge := spray.open():
                spray.guess(challenge, 3)
            log_in_with_slips(spray, next(own), next(spray.places))
        clock.shift(HOUR - 3 * MINUTE)
        late = [(next(own), address := next(spray.places)) for _ in range(10)]
        asked = [(phone, address, ask(phone, address)) for phone, address in late]
        for phone, address, sent in asked:
            slip(spray, phone, address, sent)
        clock.shift(3 * MINUTE)  # the login comes in the next hour
        for phone, address, sent in asked:
            finish(spray, phone, address, sent)
        spray.burst(10**6)


def slip(spray, phone, address, sent):
    for _ in range(2):
        spray.processes.next()
        with suppress(Refusal):
            confirm_code(phone, "0" * sent.code_length, Client.at(address), sent.ticket)


def finish(spray, phone, address, sent):
    spray.processes.next()
    with spray.guesses.told_the_truth(), suppress(Refusal):
        confirm_code(phone, newest_code(phone), Client.at(address), sent.ticket)


def log_in_with_slips(spray, phone, address):
    spray.processes.next()
    if sent := ask(phone, address):
        slip(spray, phone, address, sent)
        finish(spray, phone, address, sent)


HOURS = {  # each strategy, and how long it takes
    loud: 9 * 24,
    below: 8,
    slow: 8 * 24,
    around_the_hour: 8,
    around_the_week: 170,
    hoarding: 80,
    refunded: 6,
}
