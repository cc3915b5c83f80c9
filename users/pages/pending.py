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
    """A code was sent to `phone` and can be sent again at `resend_at`, a Unix time.

    `digits` is None and `ticket` empty if the code was asked for in another browser. `simulated` is
    the code itself, which only the simulated gateway reveals.
    """

    phone: str
    ticket: str = ""
    digits: int | None = None
    resend_at: float = 0
    simulated: str | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> "Pending | None":
        """What the browser's cookie holds, if anything."""
        known: Any = PENDING.read(request)
        try:
            return cls(**known) if known else None
        except TypeError:  # written by another version of this program
            return None

    @classmethod
    def after(cls, sent: Sent) -> "Pending":
        """What to remember after a code was sent."""
        resend_at = time.time() + sent.resend_in
        return cls(sent.phone, sent.ticket or "", sent.code_length, resend_at, sent.code)

    def waiting(self, refusal: CodeRecentlySent) -> "Pending":
        """The same, where the code was sent again from elsewhere."""
        return replace(self, resend_at=time.time() + (refusal.wait or 0))

    def resendable(self) -> "Pending":
        """The same, once no attempts are left: a new code can be asked for at once."""
        return replace(self, resend_at=0)

    @property
    def resend_in(self) -> int:
        """Whole seconds until a code can be sent again."""
        return max(0, math.ceil(self.resend_at - time.time()))

    @property
    def message(self) -> str | None:
        """The code to show on the page, never where messages are really sent."""
        return self.simulated if gateways.is_simulated() else None

    def remember(self, response: HttpResponse) -> None:
        PENDING.write(response, asdict(self))


def forget(response: HttpResponse) -> None:
    PENDING.delete(response)
