"""What the rules refuse; API and pages turn a `Refusal` into an answer."""

import math

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(Exception):  # noqa: N818  # a rule's answer, not a fault
    """A rule said no: `status` is the HTTP status, `attr` the input it is about."""

    status: int = 400
    code: str
    detail: str | Promise
    attr: str | None = None

    def __init__(self, **meta: int) -> None:
        super().__init__(self.code)
        self.meta = meta

    @property
    def wait(self) -> int | None:
        """Seconds until it makes sense to ask again, where that is known."""
        return self.meta.get("retry_after")


class TooMany(Refusal):
    """A limit is reached; `retry_after` is in seconds, told in whole ones, at least 1."""

    status = 429
    code = "throttled"
    detail = _("Too many requests. Try again later.")

    def __init__(self, retry_after: float, **meta: int) -> None:
        super().__init__(retry_after=max(1, math.ceil(retry_after)), **meta)


class InvalidPhone(Refusal):
    code = "invalid_phone"
    detail = _("Enter a mobile number, such as +7 916 123-45-67.")
    attr = "phone"


class InvalidCode(Refusal):
    code = "invalid_code"
    detail = _("The code is wrong or no longer valid.")
    attr = "code"


class CodeRecentlySent(TooMany):
    code = "code_recently_sent"
    detail = _("A code was sent a moment ago. Use it, or ask again later.")


class TooManyCodes(TooMany):
    code = "too_many_codes"
    detail = _("Too many codes were sent. Ask again later.")


class TooManyAttempts(TooMany):
    code = "too_many_attempts"
    detail = _("Too many wrong attempts. Request a new code.")


class SmsUnavailable(Refusal):
    status = 503
    code = "sms_unavailable"
    detail = _("The message could not be sent. Try again in a moment.")


class Unavailable(Refusal):
    """The database is unreachable, read-only, full or silent, or too busy to be waited for."""

    status = 503
    code = "unavailable"
    detail = _("The service is not available at the moment. Try again soon.")

    def __init__(self) -> None:
        super().__init__(retry_after=2)  # seconds; a restarted database is back in less


class TokenNotValid(Refusal):
    status = 401
    code = "token_not_valid"
    detail = _("The token is not valid. Log in again.")
