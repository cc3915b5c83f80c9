"""What a browser knows between asking for a code and entering it."""

import math
import time
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse

from users.errors import CodeRecentlySent
from users.login import Sent, gateways
from users.pages.cookies import SignedCookie

PENDING = SignedCookie("pending", timedelta(minutes=15))


@dataclass(frozen=True)
class Pending:
    """A code is expected for `phone`; `resend_at` is in seconds since 1970.

    `digits` is None and `ticket` empty where the code was asked for elsewhere. `simulated` is the
    code itself, which only a simulated gateway hands out.
    """

    phone: str
    ticket: str = ""
    digits: int | None = None
    resend_at: float = 0
    simulated: str | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> "Pending | None":
        """What the browser remembers, if anything."""
        known: Any = PENDING.read(request)
        try:
            return cls(**known) if known else None
        except TypeError:  # written by another version of this program
            return None

    @classmethod
    def after(cls, sent: Sent) -> "Pending":
        """What to remember of a code just sent."""
        resend_at = time.time() + sent.resend_in
        return cls(sent.phone, sent.ticket or "", sent.code_length, resend_at, sent.code)

    def waiting(self, refusal: CodeRecentlySent) -> "Pending":
        """The same, where the server knows of a later sending."""
        return replace(self, resend_at=time.time() + (refusal.wait or 0))

    def resendable(self) -> "Pending":
        """The same, once the code has no attempts left: the next request waits for nothing."""
        return replace(self, resend_at=0)

    @property
    def resend_in(self) -> int:
        """Whole seconds until a code can be sent again."""
        return max(0, math.ceil(self.resend_at - time.time()))

    @property
    def message(self) -> str | None:
        """The code to show as a message, never where messages are really sent."""
        return self.simulated if gateways.is_simulated() else None

    def remember(self, response: HttpResponse) -> None:
        """Let the browser know."""
        PENDING.write(response, asdict(self))


def forget(response: HttpResponse) -> None:
    """No code is expected any more."""
    PENDING.delete(response)
