"""One message with a code: charging it, delivering it, and undoing both on failure."""

import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.utils.translation import gettext

from users.chains import run_chain
from users.clients import Client
from users.errors import CodeRecentlySent, InvalidTicket, SmsUnavailable, TooManyCodes
from users.limits import alarm, policy
from users.limits.policy import Pair
from users.limits.rows import sweep_limits_sometimes
from users.login import gateways
from users.login.challenges import Change, Door, opening
from users.login.outlook import Outlook, look
from users.models import Challenge
from users.signals import happened
from users.waiting.queue import Queue

SENDERS = 8
_senders = Queue(SENDERS)
"""Requests for codes come in bursts. In each process no more than these use the database at once,
so that everybody else's calls find a free connection and their share of the processor."""


@dataclass(frozen=True)
class Delivery:
    """A message that has been charged and is about to be sent."""

    pair: Pair
    change: Change

    def send(self) -> None:
        """Hand the message to the gateway, without holding a database connection meanwhile.

        Raises `SmsUnavailable`; the message is then refunded, unless somebody guessed at its code.
        Raises `Unavailable` if the database was too busy for the refund.
        """
        if not connection.in_atomic_block:
            connection.close()
            del connections[DEFAULT_DB_ALIAS]  # Django's side of it is 7 KB, and hundreds may wait
        if self.pair.test:
            return
        phone = self.pair.phone
        happened("code asked for", phone=phone)
        try:
            gateway = gateways.deliver(gateways.Message(phone, self._text()))
        except SmsUnavailable:
            with _senders.place(first=True):
                if self.change.undo():
                    self._refund()
            raise
        happened("code delivered", phone=phone, gateway=gateway)

    def _refund(self) -> None:
        for limit, who in self.pair.message_limits():
            limit.refund(who)
        policy.refund_budget(known=self.pair.known, since=self.change.challenge.sent_at)

    def _text(self) -> str:
        code = self.change.challenge.code
        text = gettext("Your code: %(code)s") % {"code": code}
        return f"{text}\n\n@{urlsplit(settings.PUBLIC_URL).hostname} #{code}"


def prepare(phone: str, client: Client, ticket: str) -> Delivery:
    """Charge a message and open or renew its challenge, by one read and one chain of writes.

    Raises `InvalidTicket`, `CodeRecentlySent`, `TooManyCodes`, and `Unavailable` when too many ask
    at once.
    """
    door, test = Door.of(phone, client, ticket), gateways.test_code(phone) is not None
    with _senders.place():
        outlook = look(phone, client, door)
        living = outlook.living
        if ticket and living is None:
            raise InvalidTicket
        known = living.known if living else outlook.known
        pair = Pair(phone, client, known, test)
        change = _change(pair, door, outlook)
        pair.refuse_if_too_many(outlook.limits)
        _charge(pair, change, door)
        Challenge.objects.sweep_sometimes(expires_at__lte=time.time())
        sweep_limits_sometimes()
    return Delivery(pair, change)


def _change(pair: Pair, door: Door, outlook: Outlook) -> Change:
    """A longer code replaces a shorter one at once; otherwise a living code is sent again."""
    living = outlook.living
    alarmed = pair.alarming and alarm.is_on(outlook.alarm_ends)
    digits = pair.digits(outlook.limits, alarm=alarmed)
    if living is None or living.digits < digits:
        key = living.key if living else door.key
        return opening(pair.phone, key, digits, known=pair.known)
    if wait := living.resend_in:
        raise CodeRecentlySent(wait, code_length=living.digits)
    return living.renewal()


def _charge(pair: Pair, change: Change, door: Door) -> None:
    """Charge the message; a parallel request may have come first."""
    if not pair.test:
        policy.take_budget(known=pair.known)
    limits = list(pair.message_limits())
    charged = False
    try:
        done = run_chain(*(limit.step(who) for limit, who in limits), change.step)
        charged = len(done) > len(limits)
    finally:
        if not charged and not pair.test:
            policy.refund_budget(known=pair.known, since=change.challenge.sent_at)
    if len(done) < len(limits):
        raise TooManyCodes(1)
    if not charged:
        living = look(pair.phone, pair.client, door).living
        wait = living.resend_in if living else 0
        raise CodeRecentlySent(wait, code_length=change.challenge.digits)
