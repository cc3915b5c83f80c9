"""How often codes may be sent and guessed.

Messages cost money, so they are refused beyond a rate. Guesses are never refused for long: once
the limit of a phone, a network, a site or the system is reached, codes have 8 digits instead of 4.
Which limits apply depends on one thing: whether the pair of phone and network is known. So
strangers can only use up what belongs to strangers.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from users import security
from users.chains import Step
from users.clients import Client, network_of, site_of
from users.errors import InvalidPhone, TooManyCodes
from users.limits.buckets import LIMITS, FailureLimit, Found, RateLimit
from users.limits.meters import HOUR, Meter
from users.limits.quotas import WEEK, Bounds, Quota
from users.models import Limit
from users.phones import parse_phone

SHORT, LONG = 4, 8  # digits
QUIET = timedelta(days=30)
MINUTE = timedelta(minutes=1)
STRANGERS_SHARE = 70  # % of the hour's messages

MESSAGES_PER_PHONE = RateLimit("messages-phone", 10, HOUR, _("messages to a phone"))
MESSAGES_PER_KNOWN_PHONE = RateLimit(
    "messages-phone-known", 10, HOUR, _("messages to a phone, from its known networks")
)
MESSAGES_PER_NETWORK = RateLimit("messages-network", 20, MINUTE, _("messages for a network"))
MESSAGES_PER_SITE = RateLimit("messages-site", 200, MINUTE / 10, _("messages for a site"))

GUESSES_PER_PHONE = FailureLimit("guesses-phone", 6, QUIET, _("failed attempts at a phone"))
GUESSES_PER_KNOWN_PHONE = FailureLimit(
    "guesses-phone-known", 6, QUIET, _("failed attempts at a phone, from its known networks")
)
GUESSES_PER_NETWORK = FailureLimit(
    "guesses-network", 30, QUIET, _("failed attempts from a network")
)
GUESSES_PER_SITE = FailureLimit("guesses-site", 300, QUIET, _("failed attempts from a site"))

PASSWORDS_PER_PHONE = RateLimit("passwords-phone", 10, MINUTE, _("passwords for a phone"))
PASSWORDS_PER_KNOWN_PHONE = RateLimit(
    "passwords-phone-known", 10, MINUTE, _("passwords for a phone, from one of its known networks")
)
PASSWORDS_PER_NETWORK = RateLimit("passwords-network", 10, MINUTE, _("passwords from a network"))
PASSWORDS_PER_SITE = RateLimit("passwords-site", 30, MINUTE, _("passwords from a site"))
REFRESHES = RateLimit("refreshes", 60, MINUTE, _("refreshes of a session"))

ASKED = Meter("codes-asked", _("codes asked for"), "code asked for")
MESSAGES = Meter("messages", _("codes sent"), "code delivered")
ABANDONED = Meter("abandoned-deliveries", _("deliveries given up"), "delivery abandoned")
LOGINS = Meter("logins", _("codes used"), "login")
WRONG_GUESSES = Meter("wrong-guesses", _("wrong codes"), "wrong guess")


class Budget(Quota):
    """Messages per hour; a security event once half of them are used."""

    def leased(self, before: int, after: int) -> None:
        half = self._bounds().hourly / 2
        if before < half <= after:
            security.log("sms budget half spent", kind=self.kind, count=after)


def _budget(share: int) -> Bounds:
    hourly = max(1, settings.SMS_HOURLY_BUDGET * share // 100)
    return Bounds(hourly, hourly * (WEEK // HOUR + 1))  # the week never binds


BUDGET = Budget("sms-budget", lambda: _budget(100), _("SMS budget"))
STRANGERS_BUDGET = Budget(
    "sms-budget-unknown", lambda: _budget(STRANGERS_SHARE), _("SMS budget of unknown networks")
)


@dataclass(frozen=True)
class Pair:
    """A phone and the client that asks for its code; test phones have no limits of their own."""

    phone: str
    client: Client
    known: bool
    test: bool = False

    def message_limits(self) -> Iterator[tuple[RateLimit, str]]:
        """The limits that a message is charged to, in the order in which rows are locked."""
        yield MESSAGES_PER_NETWORK, self.client.network
        if self.client.site and not self.known:
            yield MESSAGES_PER_SITE, self.client.site
        if not self.test:
            yield (MESSAGES_PER_KNOWN_PHONE if self.known else MESSAGES_PER_PHONE), self.phone

    def guess_limits(self) -> Iterator[tuple[FailureLimit, str]]:
        """The limits that a guess at a 4-digit code is charged to, the phone's last."""
        yield GUESSES_PER_NETWORK, self.client.network
        if self.client.site and not self.known:
            yield GUESSES_PER_SITE, self.client.site
        if not self.test:
            yield (GUESSES_PER_KNOWN_PHONE if self.known else GUESSES_PER_PHONE), self.phone

    def guess_steps(self, door: Step, *, failed: bool) -> list[Step]:
        """The chain that charges a guess at a 4-digit code.

        The door comes last, so that it counts no guess that another limit refused: a login refunds
        what the door has counted.
        """
        return [*(limit.step(who, failed=failed) for limit, who in self.guess_limits()), door]

    @property
    def alarming(self) -> bool:
        """Whether guesses count towards the alarm, and the alarm applies to them."""
        return not (self.known or self.test)

    def digits(self, found: Found, *, alarm: bool) -> int:
        """How many digits the next code needs, given the rows of its guess limits."""
        if self.test:
            return SHORT
        reached = any(
            limit.wait_of(*found[key])
            for limit, who in self.guess_limits()
            if (key := limit.key(who)) in found
        )
        return LONG if reached or alarm else SHORT

    def refuse_if_too_many(self, found: Found) -> None:
        """Raise `TooManyCodes` if these rows have reached a message limit."""
        keys = [(limit, limit.key(who)) for limit, who in self.message_limits()]
        wait = max((limit.wait_of(*found[key]) for limit, key in keys if key in found), default=0)
        if wait:
            raise TooManyCodes(wait)


def keys_of(phone: str, client: Client) -> list[str]:
    """The keys of all limits that may matter for a code, the same number for every caller."""
    keys = {
        limit.key(who)
        for known in (False, True)
        for pair in [Pair(phone, client, known)]
        for limits in (pair.message_limits(), pair.guess_limits())
        for limit, who in limits
    }
    return (sorted(keys) + [""] * KEYS)[:KEYS]


KEYS = 8
"""Messages and guesses, each of a network, a site, a phone and a phone from known networks."""


def take_budget(*, known: bool) -> None:
    """Take one message from the hour's budget. Raises `TooManyCodes` until the next hour."""
    now = time.time()
    wait = HOUR.total_seconds() - now % HOUR.total_seconds()
    if not known and not STRANGERS_BUDGET.take():
        raise TooManyCodes(wait)
    if not BUDGET.take():
        if not known:
            STRANGERS_BUDGET.give_back(since=now)
        raise TooManyCodes(wait)


def refund_budget(*, known: bool, since: float) -> None:
    """Give back one message that was taken after `since` (s since 1970)."""
    BUDGET.give_back(since=since)
    if not known:
        STRANGERS_BUDGET.give_back(since=since)


def digits_for(phone: str) -> tuple[int, int]:
    """The code lengths by this phone's own limits: for strangers, and on known networks."""
    limits = (GUESSES_PER_PHONE, GUESSES_PER_KNOWN_PHONE)
    reached = [limit.reached().filter(key=limit.key(phone)).exists() for limit in limits]
    return LONG if reached[0] else SHORT, LONG if reached[1] else SHORT


def reset_failed_attempts(phone: str) -> None:
    """Let codes for this phone have 4 digits again."""
    keys = [limit.key(phone) for limit in (GUESSES_PER_PHONE, GUESSES_PER_KNOWN_PHONE)]
    Limit.objects.filter(key__in=keys).delete()


def keys_for_staff(phone_or_address: str) -> list[str]:
    """The keys of the limits of a single phone or address, for staff who search for it."""
    try:
        names = {parse_phone(phone_or_address)}
    except InvalidPhone:
        try:
            names = {network_of(phone_or_address), site_of(phone_or_address)}
        except ValueError:
            return []
    return [limit.key(name) for limit in LIMITS.values() for name in names if name]
