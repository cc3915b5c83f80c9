"""One message with a code: what it costs, its delivery, and taking it back."""

import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext

from users.errors import CodeRecentlySent, SmsUnavailable, TooManyCodes
from users.limits import policy
from users.limits.policy import Payment
from users.login import challenges, gateways
from users.login.challenges import Slot

SENDERS = 4
_senders = threading.BoundedSemaphore(SENDERS)
"""Requests for codes come in bursts. In each process no more than these use the database at once,
so that everybody else's calls find a free connection and their share of the processor."""


@dataclass(frozen=True)
class Order:
    """A message that is paid for and about to be sent."""

    slot: Slot
    nonce: str
    payment: Payment

    @property
    def code(self) -> str:
        """The one-time password in it."""
        return self.slot.password(self.nonce)

    def deliver(self) -> None:
        """Hand the message to the gateway, holding no database connection while it takes its time.

        Raises `SmsUnavailable`; then the message has cost nothing.
        """
        if not connection.in_atomic_block:
            connection.close()
        try:
            if not self.slot.test_code:
                gateways.deliver(gateways.Message(self.slot.phone, self._text()))
        except SmsUnavailable:
            self._take_back()
            raise
        with _senders:
            challenges.mark_delivered(self.slot, self.nonce)

    def _text(self) -> str:
        text = gettext("Your code: %(code)s") % {"code": self.code}
        web_otp = f"@{urlsplit(settings.PUBLIC_URL).hostname} #{self.code}"
        return f"{text}\n\n{web_otp}"

    def _take_back(self) -> None:
        policy.SENDS.add(-1)
        self.payment.give_back()
        challenges.mark_unsent(self.slot, self.nonce)


def place_order(phone: str, network: str) -> Order:
    """Pay for a message and have its code ready. Raises `CodeRecentlySent`, `TooManyCodes`."""
    with _senders:
        slot = slot_of(phone, policy.code_digits(phone, network), network)
        try:
            payment = policy.take_sends(phone, network)
        except TooManyCodes:
            challenges.refuse_if_recent(slot)
            raise
        try:
            nonce = challenges.mark_sent(slot, familiar=payment.familiar)
        except CodeRecentlySent:
            payment.give_back()
            raise
        policy.SENDS.add()
    return Order(slot, nonce, payment)


def slot_of(phone: str, digits: int, network: str) -> Slot:
    """The place of this code; a long one belongs to the network that asks."""
    return Slot(phone, digits, network if digits == policy.LONG else "")
