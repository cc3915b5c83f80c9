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


def recognize(error: BaseException | None) -> BaseException | None:
    """`Unavailable` in place of an error of a database that is away; any other as it is."""
    if not isinstance(error, OperationalError | InterfaceError):
        return error
    cause = error.__cause__ or error
    if getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return error  # SQLite is there, and the statement is wrong
    first_line = str(cause).partition("\n")[0]
    _logger.error("database unavailable: %s: %s", type(cause).__name__, first_line)
    return Unavailable()


class ErrorHandler(ExceptionHandler):
    """drf-standardized-errors' own, which also knows a database that is away."""

    def convert_known_exceptions(self, exc: Exception) -> Any:
        """The error of the API that an exception amounts to."""
        return recognize(super().convert_known_exceptions(exc))

    def report_exception(self, exc: exceptions.APIException, response: Response) -> None:
        """Report what nobody foresaw."""
        if not isinstance(exc, Unavailable):  # one line was written, thousands may follow
            super().report_exception(exc, response)


class ErrorFormatter(ExceptionFormatter):
    """drf-standardized-errors' shape, with the numbers a refusal carries as `meta`."""

    def get_error_type(self) -> ErrorType:
        """All that is wrong with the input is a validation error."""
        if isinstance(self.exc, Refusal) and self.exc.status_code == status.HTTP_400_BAD_REQUEST:
            return VALIDATION_ERROR
        return super().get_error_type()

    def format_error_response(self, error_response: ErrorResponse) -> Any:
        """The shape as a dictionary."""
        answer = super().format_error_response(error_response)
        if isinstance(self.exc, Refusal):
            answer["errors"][0]["attr"] = self.exc.attr
            if self.exc.meta:
                answer["meta"] = self.exc.meta
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
