"""Who may send and guess how often.

Sending costs money, so it is refused beyond a rate. Guessing is never refused for long: once the
wrong guesses at a phone, from a network or in the whole system are spent, codes there have 8 digits
instead of 4 until the guesses stop. So nobody is locked out by somebody else's guesses.
"""

import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from users import security
from users.clients import network_of
from users.errors import InvalidPhone, TooManyCodes
from users.limits.buckets import Rate, Refund, Strikes, give_back, spent_keys
from users.limits.meters import HOUR, Meter
from users.models import Budget, Session
from users.phones import parse_phone

SHORT, LONG = 4, 8
QUIET = timedelta(days=7)

SENDS_PER_PHONE = Rate("sends-phone", burst=5, period=HOUR)
SENDS_PER_NETWORK = Rate("sends-network", burst=20, period=timedelta(minutes=1))
SENDS = Meter("sends")

GUESSES_PER_PHONE = Strikes("guesses-phone", limit=6, quiet=QUIET)
GUESSES_PER_NETWORK = Strikes("guesses-network", limit=30, quiet=QUIET)
WRONG_GUESSES = Meter("wrong-guesses")
LOGINS = Meter("logins")
RETURNS = Meter("returns")
SURGE_LEAST, SURGE_TIMES = 1000, 3  # wrong guesses in one hour; and for each return in that hour

PASSWORDS = Rate("passwords", burst=10, period=timedelta(minutes=1))
REFRESHES = Rate("refreshes", burst=60, period=timedelta(minutes=1))


def is_familiar(phone: str, network: str) -> bool:
    """Whether the phone's user has logged in from this network in the last 90 days.

    There the user has a budget for messages that strangers can't spend.
    """
    logins = Session.objects.filter(user__phone=phone, network=network)
    return logins.filter(expires_at__gt=timezone.now()).exists()


@dataclass(frozen=True)
class Payment:
    """What one message cost: a sending of the phone, by which budget, and one of the network."""

    phone: str
    network: str
    familiar: bool

    def give_back(self) -> None:
        """Undo it."""
        give_back(_send(self.phone, familiar=self.familiar))
        SENDS_PER_NETWORK.give_back(self.network)


def take_sends(phone: str, network: str) -> Payment:
    """Take what one message costs. Raises `TooManyCodes`.

    The network pays first, so that one without means never touches anything of the phone's.
    """
    if SENDS.last_hour() >= settings.SMS_HOURLY_BUDGET:
        raise TooManyCodes(60)
    if wait := SENDS_PER_NETWORK.take(network):
        raise TooManyCodes(wait)
    wait, familiar = SENDS_PER_PHONE.take(phone), False
    if wait and is_familiar(phone, network):
        wait, familiar = SENDS_PER_PHONE.take(phone, "familiar"), True
    if wait:
        SENDS_PER_NETWORK.give_back(network)
        raise TooManyCodes(wait)
    return Payment(phone, network, familiar)


def _send(phone: str, *, familiar: bool) -> Refund:
    """One message, for the budget that paid it."""
    return SENDS_PER_PHONE.refund(*((phone, "familiar") if familiar else (phone,)))


def code_digits(phone: str, network: str) -> int:
    """How long the next code for this phone must be when asked for from this network."""
    limits = {
        GUESSES_PER_PHONE.key(phone): GUESSES_PER_PHONE.limit,
        GUESSES_PER_NETWORK.key(network): GUESSES_PER_NETWORK.limit,
    }
    return LONG if spent_keys(limits) or is_surging() else SHORT


def is_surging() -> bool:
    """Whether any hour of the last 7 days saw far more wrong guesses than its logins explain.

    The measure are users who come back after a day, since an attacker has no number of them, while
    a usual number of wrong guesses would grow with a long attack.
    """
    returns = RETURNS.hours()
    return any(
        wrong > max(SURGE_LEAST, SURGE_TIMES * returns[hour])
        for hour, wrong in WRONG_GUESSES.hours().items()
    )


def is_escalated(phone: str) -> bool:
    """Whether the wrong guesses at this phone are spent."""
    return bool(spent_keys({GUESSES_PER_PHONE.key(phone): GUESSES_PER_PHONE.limit}))


def spent(strikes: Strikes) -> QuerySet[Budget]:
    """The rows in which all of these strikes are spent now."""
    return Budget.objects.filter(
        kind=strikes.name, spent__gte=strikes.limit, full_at__gt=time.time()
    )


def take_guess(phone: str, network: str, digits: int) -> int | None:
    """Take one guess before it is compared; how many are left after it, or None if there was none.

    Long codes need no budget: their own three tries are enough.
    """
    if digits == LONG:
        return sys.maxsize
    left = GUESSES_PER_PHONE.take(phone)
    if left is None:
        return None
    left_here = GUESSES_PER_NETWORK.take(network)
    if left_here is None:
        GUESSES_PER_PHONE.give_back(1, phone)
        return None
    return min(left, left_here)


def note_wrong_guess(phone: str, network: str, digits: int) -> None:
    """Renew the quiet time after a wrong guess; one at a long code is counted only now."""
    strikes = 1 if digits == LONG else 0
    spent = GUESSES_PER_PHONE.record(strikes, phone)
    spent_here = GUESSES_PER_NETWORK.record(strikes, network)
    if digits == SHORT and GUESSES_PER_PHONE.limit == spent:
        security.log("codes escalated", phone=phone)
    if digits == SHORT and GUESSES_PER_NETWORK.limit == spent_here:
        security.log("codes escalated", address=network)
    WRONG_GUESSES.add()


def give_back_login(phone: str, network: str, digits: int, *, wrong: int, familiar: bool) -> None:
    """Return to a proven owner what the code just used had cost: its message and its guesses.

    The guesses are the `wrong` ones from this network.
    """
    give_back(_send(phone, familiar=familiar), *_guesses(phone, network, digits, wrong))


def give_back_guess(phone: str, network: str, digits: int) -> None:
    """Return a guess that was right but came second."""
    for refund in _guesses(phone, network, digits, wrong=0):
        give_back(refund)


def _guesses(phone: str, network: str, digits: int, wrong: int) -> tuple[Refund, Refund]:
    """The guesses at a code: the wrong ones and, at a short code, the right one, taken, too."""
    count = wrong + (digits == SHORT)
    phones, networks = GUESSES_PER_PHONE, GUESSES_PER_NETWORK
    return phones.refund(count, phone), networks.refund(count, network)


def note_login(last_login: datetime | None) -> None:
    """Count a login, and users who come back after a day: an attacker can't make many of these."""
    LOGINS.add()
    if last_login and last_login < timezone.now() - timedelta(days=1):
        RETURNS.add()


def keys_of(phone_or_address: str) -> list[str]:
    """The keys of all budgets of a phone or an address, for staff who look one up."""
    try:
        phone = parse_phone(phone_or_address)
    except InvalidPhone:
        try:
            network = network_of(phone_or_address)
        except ValueError:
            return []
        return [SENDS_PER_NETWORK.key(network), GUESSES_PER_NETWORK.key(network)]
    sends = [SENDS_PER_PHONE.key(phone), SENDS_PER_PHONE.key(phone, "familiar")]
    return [GUESSES_PER_PHONE.key(phone), *sends]
