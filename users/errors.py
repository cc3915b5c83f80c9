"""What login refuses, as errors that API and pages both show. Clients branch on the code."""

import math

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException


class Refusal(APIException):
    """A rule said no: a status, a code, the input it is about, and numbers worth telling."""

    status_code: int = status.HTTP_400_BAD_REQUEST
    attr: str | None = None

    def __init__(self, **meta: int) -> None:
        super().__init__()
        self.meta = meta


class TooMany(Refusal):
    """A budget is spent; `retry_after` are whole seconds, rounded up, at least 1."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    default_code = "throttled"
    default_detail = _("Too many requests.")

    def __init__(self, retry_after: float) -> None:
        self.wait = max(1, math.ceil(retry_after))
        super().__init__(retry_after=self.wait)


class InvalidPhone(Refusal):
    default_code = "invalid_phone"
    default_detail = _("Enter a valid mobile number.")
    attr = "phone"


class InvalidCode(Refusal):
    default_code = "invalid_code"
    default_detail = _("The code is wrong or no longer valid.")
    attr = "code"


class CodeRecentlySent(TooMany):
    default_code = "code_recently_sent"
    default_detail = _("A code was sent a moment ago.")


class TooManyCodes(TooMany):
    default_code = "too_many_codes"
    default_detail = _("Too many codes were requested.")


class TooManyAttempts(TooMany):
    default_code = "too_many_attempts"
    default_detail = _("Too many failed attempts. Request a new code.")


class SmsUnavailable(Refusal):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "sms_unavailable"
    default_detail = _("The SMS couldn't be sent. Try again in a moment.")


class Unavailable(Refusal):
    """The database is away, or too busy to be waited for."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"
    default_detail = _("The service is temporarily unavailable. Try again soon.")
    wait = 2  # seconds; a restarted database is back in less

    def __init__(self) -> None:
        super().__init__(retry_after=self.wait)


class TokenNotValid(Refusal):
    status_code = status.HTTP_401_UNAUTHORIZED
    default_code = "token_not_valid"
    default_detail = _("The token is not valid. Log in again.")
    auth_header = 'Bearer realm="api"'
