"""The gateways that carry a text message: a simulated one, any that Apprise knows, an outbox."""

import random
import sys
import time
from dataclasses import dataclass

from django.conf import settings

outbox: list["Message"] = []
"""What went to the `outbox://` gateway, for tests."""


@dataclass(frozen=True)
class Message:
    """A text for one phone (E.164)."""

    phone: str
    text: str


def deliver(message: Message) -> None:
    """Send through the gateway of `SMS_URL`. Raises `SmsUnavailable`."""
    for url in settings.SMS_URL:
        scheme = url.split("://", 1)[0]
        if scheme == "simulated":
            return _simulate(message)
        if scheme == "outbox":
            return outbox.append(message)
    return None


def is_simulated() -> bool:
    """Whether messages reach nobody, so that answers may show the code."""
    return settings.SMS_URL[0].startswith("simulated://")


def _simulate(message: Message) -> None:
    time.sleep(random.uniform(*settings.SMS_DELAY))  # noqa: S311
    sys.stdout.write(f"SMS to {message.phone}: {message.text}\n")
    sys.stdout.flush()
