"""Errors in one shape everywhere, inside API views and outside of them."""

import logging
import sqlite3
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import VALIDATION_ERROR, ErrorResponse, ErrorType
from rest_framework import exceptions, status
from rest_framework.response import Response

from config.web.json_api import JSONRenderer
from users.errors import Refusal, Unavailable

_logger = logging.getLogger(__name__)

AUTHENTICATE = 'Bearer realm="api", error="invalid_token"'


class Refused(exceptions.APIException):
    """A rule's `Refusal` as DRF and drf-standardized-errors know exceptions."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal.detail), refusal.code)
        self.refusal, self.status_code, self.wait = refusal, refusal.status, refusal.wait
        if refusal.status == status.HTTP_401_UNAUTHORIZED:
            self.auth_header = AUTHENTICATE


def recognize(error: BaseException | None) -> BaseException | None:
    """A `Refused` for a rule's refusal or an unreachable database; any other error as it is."""
    if isinstance(error, Refusal):
        return Refused(error)
    if not isinstance(error, OperationalError | InterfaceError):
        return error
    cause = error.__cause__ or error
    if getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return error  # SQLite is there, and the statement is wrong
    first_line = str(cause).partition("\n")[0]
    _logger.error("database unavailable: %s: %s", type(cause).__name__, first_line)
    return Refused(Unavailable())


class ErrorHandler(ExceptionHandler):
    """drf-standardized-errors' own, for refusals and an unreachable database, too."""

    def convert_known_exceptions(self, exc: Exception) -> Any:
        return recognize(super().convert_known_exceptions(exc))

    def report_exception(self, exc: exceptions.APIException, response: Response) -> None:
        if not isinstance(exc, Refused):  # foreseen; of an outage one line is in the log already
            super().report_exception(exc, response)


class ErrorFormatter(ExceptionFormatter):
    """drf-standardized-errors' shape, with what a refusal counts as `meta`."""

    def get_error_type(self) -> ErrorType:
        if isinstance(self.exc, Refused) and self.exc.status_code == status.HTTP_400_BAD_REQUEST:
            return VALIDATION_ERROR
        return super().get_error_type()

    def format_error_response(self, error_response: ErrorResponse) -> Any:
        answer = super().format_error_response(error_response)
        if isinstance(self.exc, Refused):
            answer["errors"][0]["attr"] = self.exc.refusal.attr
            if self.exc.refusal.meta:
                answer["meta"] = self.exc.refusal.meta
        return answer


def failure(request: HttpRequest, error: exceptions.APIException) -> HttpResponse:
    """The answer to an error outside of any API view, in the same shape."""
    data = ErrorFormatter(error, {"request": request}, error).run()  # type: ignore[typeddict-item]
    answer = HttpResponse(
        JSONRenderer().render(data), content_type="application/json", status=error.status_code
    )
    if wait := getattr(error, "wait", None):
        answer["Retry-After"] = str(wait)
    return answer


@csrf_exempt  # a form token is nothing that an API client has
def not_found(request: HttpRequest, path: str = "") -> HttpResponse:
    """No such call."""
    return failure(request, exceptions.NotFound())
