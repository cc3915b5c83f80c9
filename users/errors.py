"""Refusals: the rules raise them; API and pages turn them into answers."""

import math
from typing import Any

from django.utils.translation import gettext_lazy as _


class Refusal(Exception):  # noqa: N818  # an answer, not a fault
    """A rule refused something; `status` is the HTTP status, `attr` the input it concerns."""

    status: int = 400
    code: str
    detail: Any
    attr: str | None = None

    def __init__(self, **meta: int) -> None:
        super().__init__(self.code)
        self.meta = meta

    @property
    def wait(self) -> int | None:
        """Seconds until it makes sense to try again, if known."""
        return self.meta.get("retry_after")


class TooMany(Refusal):
    """A limit is reached; `retry_after` is in whole seconds, at least 1."""

    status = 429
    code = "throttled"
    detail = _("Too many requests.")

    def __init__(self, retry_after: float, **meta: int) -> None:
        super().__init__(retry_after=max(1, math.ceil(retry_after)), **meta)


class InvalidPhone(Refusal):
    code = "invalid_phone"
    detail = _("Enter a valid mobile number.")
    attr = "phone"


class InvalidCode(Refusal):
    code = "invalid_code"
    detail = _("The code is wrong or no longer valid.")
    attr = "code"


class InvalidTicket(InvalidCode):
    """The ticket of a challenge that is unknown, has ended or belongs to another phone."""

    detail = _("This request for a code has ended. Ask again without the ticket.")
    attr = "ticket"


class PhoneTaken(Refusal):
    """Raised only after the right code was entered, so it reveals nothing to strangers."""

    status = 409
    code = "phone_taken"
    detail = _("This number already has an account.")
    attr = "phone"


class FreshLoginRequired(Refusal):
    status = 403
    code = "fresh_login_required"
    detail = _("Log in again to change your phone number.")


class StaffPhone(Refusal):
    status = 403
    code = "permission_denied"
    detail = _("Phone numbers of staff are changed in the admin.")


class CodeRecentlySent(TooMany):
    code = "code_recently_sent"
    detail = _("A code was sent a moment ago.")


class TooManyCodes(TooMany):
    code = "too_many_codes"
    detail = _("Too many codes were requested.")


class TooManyAttempts(TooMany):
    code = "too_many_attempts"
    detail = _("Too many failed attempts. Request a new code.")


class SmsUnavailable(Refusal):
    status = 503
    code = "sms_unavailable"
    detail = _("The SMS couldn't be sent. Try again in a moment.")


class Unavailable(Refusal):
    """The database is unreachable, read-only, full or silent, or too busy to be waited for."""

    status = 503
    code = "unavailable"
    detail = _("The service is temporarily unavailable. Try again soon.")

    def __init__(self) -> None:
        super().__init__(retry_after=2)  # seconds; a restarting database takes less


class TokenNotValid(Refusal):
    status = 401
    code = "token_not_valid"
    detail = _("The token is not valid. Log in again.")
