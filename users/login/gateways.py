"""SMS gateways: a simulated one, all that Apprise supports, and an outbox for tests."""

import logging
import random
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from django.conf import settings
from django.utils import timezone

from users.errors import SmsUnavailable
from users.signals import happened
from users.waiting import deadline

TIMEOUT = 10.0  # seconds per gateway; less if several share the request's remaining time
LEAST = 1.0  # seconds; with less time left, no gateway is tried
AFTERWARDS = 5.0  # seconds reserved for undoing a failed message
AT_WORK = 1000  # deliveries of one process to one gateway, abandoned ones included
_logger = logging.getLogger(__name__)
_at_work: "defaultdict[str, set[Handover]]" = defaultdict(set)
_lock = threading.Lock()

outbox: list["Message"] = []
"""What went to the `outbox://` gateway, for tests."""


@dataclass(frozen=True)
class Message:
    """A text for one phone (E.164)."""

    phone: str
    text: str


def deliver(message: Message) -> str:
    """Send through the first gateway in `SMS_URL` that takes the message; returns its scheme.

    Raises `SmsUnavailable` if all failed, were too slow or have too many deliveries at work.
    """
    urls = settings.SMS_URL
    for number, url in enumerate(urls):
        scheme = url.split("://", 1)[0]
        if scheme == "simulated":
            _simulate(message)
            return scheme
        if scheme == "outbox":
            outbox.append(message)
            return scheme
        share = (deadline.left() - AFTERWARDS) / (len(urls) - number)
        if share >= LEAST and Handover(url, message, min(TIMEOUT, share)).succeeds():
            return scheme
        happened("gateway failed", phone=message.phone, gateway=scheme)
        _logger.warning("gateway failed: %s", scheme)
    raise SmsUnavailable


def load() -> None:
    """Import what real gateways need, so that the first user doesn't wait a second for it."""
    if not is_simulated():
        import apprise  # noqa: PLC0415  # large, and not needed by the simulated gateway

        apprise.Apprise.instantiate(settings.SMS_URL[0])


def time_limit() -> float:
    """The longest a delivery can take, in seconds."""
    if is_simulated():
        return settings.SMS_DELAY[1]
    return min(TIMEOUT * len(settings.SMS_URL), deadline.REQUEST - AFTERWARDS)


def abandoned() -> int:
    """How many deliveries this process has abandoned that are still running."""
    now = time.monotonic()
    return sum(one.end < now for many in list(_at_work.values()) for one in list(many))


def test_code(phone: str) -> str | None:
    """The fixed code of a phone in `TEST_PHONES` until its last day; it is never sent."""
    code, last_day = settings.TEST_PHONES.get(phone, ("", date.min))
    return code if timezone.now().date() <= last_day else None


def is_simulated() -> bool:
    """Whether messages are only simulated, so that answers may show the code."""
    return settings.SMS_URL[0].startswith("simulated://")


def addressed(url: str, phone: str) -> str:
    """The Apprise URL for one phone, in place of `{phone}` or where the service expects it.

    A webhook gets the phone as `phone` in its body, other services as their target.
    """
    number = quote(phone, safe="")
    if "{phone}" in url:
        return url.replace("{phone}", number)
    target, mark, options = url.partition("?")
    if target.split("://", 1)[0] in ("json", "jsons", "form", "forms", "xml", "xmls"):
        return f"{target}?{options}{'&' if options else ''}:phone={number}"
    slash = "" if target.endswith(("/", "@")) else "/"
    return f"{target}{slash}{number}{mark}{options}"


def patient(url: str) -> str:
    """Raise Apprise's own time limit of 4 s, unless the URL sets one."""
    target, _, options = url.partition("?")
    return f"{target}?rto={TIMEOUT:g}&{options}"


def _simulate(message: Message) -> None:
    time.sleep(random.uniform(*settings.SMS_DELAY))  # noqa: S311
    sys.stdout.write(f"SMS to {message.phone}: {message.text}\n")
    sys.stdout.flush()


class Handover(threading.Thread):
    """One message handed to one gateway, in a thread of its own because gateways may hang.

    Threads can't be stopped from outside, so an abandoned delivery runs until the gateway lets go,
    and a gateway with `AT_WORK` of them gets no more.
    """

    def __init__(self, gateway: str, message: Message, seconds: float) -> None:
        super().__init__(daemon=True)
        self._url, self._text = patient(addressed(gateway, message.phone)), message.text
        self._all, self._taken = _at_work[gateway], False
        self._seconds, self.end = seconds, time.monotonic() + seconds

    def succeeds(self) -> bool:
        """Whether the gateway takes the message in time."""
        with _lock:
            if len(self._all) >= AT_WORK:
                return False
            self._all.add(self)
        self.start()
        self.join(self._seconds)
        if self.is_alive():
            happened("delivery abandoned")
        return self._taken

    def run(self) -> None:
        import apprise  # noqa: PLC0415  # as above

        # For a single service Apprise sends in this thread instead of a small pool.
        gateway = apprise.Apprise(asset=apprise.AppriseAsset(service_timeout=0))
        try:
            self._taken = gateway.add(self._url) and bool(gateway.notify(body=self._text))
        except Exception as error:  # noqa: BLE001  # 170 services, each failing in its own ways
            _logger.warning("gateway broke: %s", type(error).__name__)
        finally:
            with _lock:
                self._all.discard(self)
