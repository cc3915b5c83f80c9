"""The one error shape, inside API views and outside of them."""

import logging
import sqlite3
from contextlib import suppress
from typing import Any, cast

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import VALIDATION_ERROR, ErrorResponse, ErrorType
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from config.web.json_api import JSONRenderer
from users.errors import Refusal, Unavailable

_logger = logging.getLogger(__name__)

AUTHENTICATE = 'Bearer realm="api", error="invalid_token"'


class Refused(exceptions.APIException):
    """A rule's `Refusal` as an exception that DRF and drf-standardized-errors understand."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal.detail), refusal.code)
        self.refusal, self.status_code, self.wait = refusal, refusal.status, refusal.wait
        if refusal.status == status.HTTP_401_UNAUTHORIZED:
            self.auth_header = AUTHENTICATE


def recognize(error: BaseException | None) -> BaseException | None:
    """A `Refused` for a rule's refusal or an unreachable database; other errors unchanged."""
    if isinstance(error, Refusal):
        return Refused(error)
    if not isinstance(error, OperationalError | InterfaceError):
        return error
    cause = error.__cause__ or error
    if getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return error  # the database is reachable, and the statement is wrong
    first_line = str(cause).partition("\n")[0]
    _logger.error("database unavailable: %s: %s", type(cause).__name__, first_line)
    return Refused(Unavailable())


class ErrorHandler(ExceptionHandler):
    """drf-standardized-errors' handler, extended to refusals and an unreachable database."""

    def convert_known_exceptions(self, exc: Exception) -> Any:
        return recognize(super().convert_known_exceptions(exc))

    def get_response(self, exc: exceptions.APIException, data: Any) -> Response:
        """The response, in JSON even from views that answer YAML or HTML, such as the docs."""
        renderer, request = JSONRenderer(), cast("Request", self.context["request"])
        request.accepted_renderer, request.accepted_media_type = renderer, renderer.media_type
        return super().get_response(exc, data)

    def report_exception(self, exc: exceptions.APIException, response: Response) -> None:
        if not isinstance(exc, Refused):  # expected; an outage has been logged in one line
            super().report_exception(exc, response)


class ErrorFormatter(ExceptionFormatter):
    """drf-standardized-errors' shape, with a refusal's `meta`."""

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
    """The response to an error outside of API views, in the same shape."""
    data = ErrorFormatter(error, {"request": request}, error).run()  # type: ignore[typeddict-item]
    answer = HttpResponse(
        JSONRenderer().render(data), content_type="application/json", status=error.status_code
    )
    if wait := getattr(error, "wait", None):
        answer["Retry-After"] = str(wait)
    return answer


@csrf_exempt  # API clients have no form token
def not_found(request: HttpRequest, path: str = "") -> HttpResponse:
    """No such call; if only the final slash is missing, `detail` has the right address."""
    detail = None
    with suppress(Resolver404):
        if resolve(f"{request.path_info}/").func is not not_found:
            text = _("Not found. The address must end in a slash: %(address)s")
            detail = text % {"address": f"{request.path}/"}
    return failure(request, exceptions.NotFound(detail))


@csrf_exempt
def start(request: HttpRequest) -> HttpResponse:
    """`/api/` and `/api/v1/` have no call; they redirect to the docs."""
    return redirect("swagger") if request.method in ("GET", "HEAD") else not_found(request)
