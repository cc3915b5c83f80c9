"""What a browser remembers between requesting a code and entering it."""

import math
import time
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from users.errors import CodeRecentlySent
from users.limits.policy import LONG
from users.login import Sent, gateways

LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True)
class Pending:
    """A code was sent to `phone` and can be sent again at `resend_at`, a Unix time.

    `digits` is None and `ticket` empty if the code was requested in another browser. `simulated` is
    the code itself, which only the simulated gateway reveals. `used_up`: no attempts are left.
    """

    phone: str
    ticket: str = ""
    digits: int | None = None
    resend_at: float = 0
    simulated: str | None = None
    used_up: bool = False

    @classmethod
    def read(cls, known: Any) -> "Pending | None":
        """The content of the browser's cookie, if any."""
        try:
            return cls(**known) if known else None
        except TypeError:  # written by another version of this program
            return None

    @classmethod
    def after(cls, sent: Sent) -> "Pending":
        """The state after a code was sent."""
        resend_at = time.time() + sent.resend_in
        return cls(sent.phone, sent.ticket or "", sent.code_length, resend_at, sent.code)

    def waiting(self, refusal: CodeRecentlySent) -> "Pending":
        """The same, after the code was requested again in another browser."""
        return replace(self, resend_at=time.time() + (refusal.wait or 0), used_up=False)

    def without_attempts(self) -> "Pending":
        """The same without attempts; a new code can be requested at once."""
        return replace(self, resend_at=0, used_up=True)

    @property
    def is_long(self) -> bool:
        """Whether the code is longer than usual."""
        return self.digits == LONG

    @property
    def resend_in(self) -> int:
        """Whole seconds until a code can be sent again."""
        return max(0, math.ceil(self.resend_at - time.time()))

    @property
    def message(self) -> str | None:
        """The code to show on the page if the gateway is simulated."""
        return self.simulated if gateways.is_simulated() else None

    def written(self) -> dict[str, Any]:
        """The content for the cookie."""
        return asdict(self)
