"""Notices: messages that report what has happened, without delaying or undoing it.

A notice is charged like a code for a known pair, so the budget and the number's limits apply, and
strangers can't use them up. If nothing is left, it isn't sent.
"""

import threading
import time
from collections.abc import Callable

from users import security
from users.errors import Refusal, SmsUnavailable, TooManyCodes
from users.limits import policy
from users.login import gateways


def send_notice(phone: str, text: str) -> None:
    """Send `text` to `phone` without waiting for the gateway; failures go to the security log."""
    if gateways.test_code(phone):
        return
    taken_at = time.time()
    try:
        _charge(phone)
    except TooManyCodes as refusal:
        _log_failure(phone, refusal)
    else:
        aside(lambda: _deliver(gateways.Message(phone, text), taken_at))


def aside(work: Callable[[], None]) -> None:
    """Run `work` in a thread that the process waits for; it must not use the database."""
    threading.Thread(target=work, daemon=False).start()


def _charge(phone: str) -> None:
    now = time.time()
    policy.take_budget(known=True)
    if wait := policy.MESSAGES_PER_KNOWN_PHONE.take(phone):
        policy.refund_budget(known=True, since=now)
        raise TooManyCodes(wait)


def _deliver(message: gateways.Message, taken_at: float) -> None:
    try:
        gateways.deliver(message)
    except SmsUnavailable as refusal:
        policy.refund_budget(known=True, since=taken_at)
        _log_failure(message.phone, refusal)


def _log_failure(phone: str, refusal: Refusal) -> None:
    security.log("notice not sent", phone=phone, reason=refusal.code)
