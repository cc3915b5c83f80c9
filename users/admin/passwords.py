"""How often staff may enter passwords; known networks have limits of their own.

Strangers share the limits of a phone, a network and a site, and a short queue for hashing, so they
can't keep out staff who log in from a known network.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from users.admin import hashing
from users.chains import run_chain
from users.clients import Client
from users.errors import InvalidPhone, TooMany
from users.limits import policy
from users.limits.buckets import RateLimit
from users.limits.rows import sweep_limits_sometimes
from users.login.outlook import KNOWN_AFTER, KNOWN_FOR
from users.models import Limit, Session
from users.phones import parse_phone

QUEUE = 4  # passwords of strangers that one process has before it refuses more
BUSY = 5  # s


class TooManyPasswords(TooMany):
    detail = _("Too many wrong passwords.")


@dataclass(frozen=True)
class Attempt:
    """One password, charged before it is compared."""

    phone: str
    client: Client
    known: bool

    @property
    def limits(self) -> Iterator[tuple[RateLimit, tuple[str, ...]]]:
        """The limits that it is charged to, in the order in which rows are locked."""
        if self.known:
            yield policy.PASSWORDS_PER_KNOWN_PHONE, (self.phone, self.client.network)
            return
        yield policy.PASSWORDS_PER_NETWORK, (self.client.network,)
        if self.client.site:
            yield policy.PASSWORDS_PER_SITE, (self.client.site,)
        if self.phone:
            yield policy.PASSWORDS_PER_PHONE, (self.phone,)

    def charge(self) -> None:
        """Raises `TooManyPasswords` if a limit is reached."""
        steps = [limit.step(*who) for limit, who in self.limits]
        if wait := self._wait():
            raise TooManyPasswords(wait)
        if len(run_chain(*steps)) < len(steps):  # a parallel request came first
            raise TooManyPasswords(self._wait() or 1)
        sweep_limits_sometimes()

    def refund(self) -> None:
        """Give the attempt back after a correct password."""
        for limit, who in self.limits:
            limit.refund(*who)

    def _wait(self) -> float:
        limits = {limit.key(*who): limit for limit, who in self.limits}
        rows = Limit.objects.filter(key__in=limits).values_list("key", "count", "resets_at")
        return max((limits[key].wait_of(count, at) for key, count, at in rows), default=0.0)


def take_attempt(raw_phone: str, client: Client) -> Attempt:
    """Charge an attempt to enter a password. Raises `TooMany`."""
    try:
        phone = parse_phone(raw_phone)
    except InvalidPhone:  # there is no such user, which is found out at the same cost
        phone = ""
    attempt = Attempt(phone, client, _is_known(phone, client.network))
    if not attempt.known and hashing.waiting() >= QUEUE:
        raise TooMany(BUSY)
    attempt.charge()
    return attempt


def _is_known(phone: str, network: str) -> bool:
    """As with challenges: the user logged in from this network between 24 hours and 90 days ago."""
    now = timezone.now()
    logins = Session.objects.filter(
        user__phone=phone,
        network=network,
        created_at__gt=now - timedelta(seconds=KNOWN_FOR),
        created_at__lte=now - timedelta(seconds=KNOWN_AFTER),
    )
    return logins.exists()
