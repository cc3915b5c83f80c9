"""The gateways that carry a text message: a simulated one, any that Apprise knows, an outbox."""

import logging
import random
import sys
import threading
import time
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from django.conf import settings
from django.utils import timezone

from users.errors import SmsUnavailable

TIMEOUT = 10.0  # seconds for each gateway
_logger = logging.getLogger(__name__)

outbox: list["Message"] = []
"""What went to the `outbox://` gateway, for tests."""


@dataclass(frozen=True)
class Message:
    """A text for one phone (E.164)."""

    phone: str
    text: str


def deliver(message: Message) -> None:
    """Send through the first gateway of `SMS_URL` that takes the message.

    Raises `SmsUnavailable` if each failed or took longer than `TIMEOUT` seconds.
    """
    for url in settings.SMS_URL:
        scheme = url.split("://", 1)[0]
        if scheme == "simulated":
            return _simulate(message)
        if scheme == "outbox":
            return outbox.append(message)
        if _notify(addressed(url, message.phone), message.text):
            return None
        _logger.warning("gateway failed: %s", scheme)
    raise SmsUnavailable


def time_limit() -> float:
    """The longest that a delivery takes, in seconds."""
    return settings.SMS_DELAY[1] if is_simulated() else TIMEOUT * len(settings.SMS_URL)


def test_code(phone: str) -> str | None:
    """The fixed code of a phone in `TEST_PHONES` until its last day; it is never sent."""
    code, last_day = settings.TEST_PHONES.get(phone, ("", date.min))
    return code if timezone.now().date() <= last_day else None


def is_simulated() -> bool:
    """Whether messages reach nobody, so that answers may show the code."""
    return settings.SMS_URL[0].startswith("simulated://")


def addressed(url: str, phone: str) -> str:
    """The Apprise URL for one phone: in place of `{phone}`, or where its service takes one.

    A webhook gets the phone as the field `phone` of its body; other services as their target.
    """
    number = quote(phone, safe="")
    if "{phone}" in url:
        return url.replace("{phone}", number)
    target, mark, options = url.partition("?")
    if target.split("://", 1)[0] in ("json", "jsons", "form", "forms", "xml", "xmls"):
        return f"{target}?{options}{'&' if options else ''}:phone={number}"
    slash = "" if target.endswith(("/", "@")) else "/"
    return f"{target}{slash}{number}{mark}{options}"


def _simulate(message: Message) -> None:
    time.sleep(random.uniform(*settings.SMS_DELAY))  # noqa: S311
    sys.stdout.write(f"SMS to {message.phone}: {message.text}\n")
    sys.stdout.flush()


def _notify(url: str, text: str) -> bool:
    """Whether the gateway took the text in time. One that hangs is left behind, not waited for."""
    import apprise  # noqa: PLC0415  # large, and of no use to the simulated gateway

    taken: list[bool] = []

    def send() -> None:
        gateway = apprise.Apprise()
        try:
            taken.append(gateway.add(url) and bool(gateway.notify(body=text)))
        except Exception as error:  # noqa: BLE001  # 170 services fail in ways of their own
            _logger.warning("gateway broke: %s", type(error).__name__)

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    sender.join(TIMEOUT)
    return taken == [True]
