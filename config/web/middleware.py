"""Request ids for all, and what pages need and the API doesn't.

Skipping the latter below `/api/` saves a tenth of a call. The API's callers have a token in place
of a cookie, and get their messages in the answer.
"""

from collections.abc import Callable
from typing import Any

from csp.middleware import CSPMiddleware
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from config.web import request_ids
from config.web.json_api import is_api


class RequestId:
    """Gives the request its id, and tells it to the client."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = request_ids.begin(request.headers.get(request_ids.HEADER, ""))
        answer = self._get_response(request)
        answer.headers[request_ids.HEADER] = request_id
        return answer


class PagePolicy(CSPMiddleware):
    """django-csp's, for pages: what a browser may load and run (`CONTENT_SECURITY_POLICY`).

    Below `/api/` only the docs are pages, and they bring a policy of their own.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if is_api(request) and not hasattr(response, "_csp_replace"):
            return response
        return super().process_response(request, response)


class ForPages:
    """Passes a call of the API on as if this middleware were not there."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_api(request):
            answer: HttpResponseBase = self.get_response(request)
            return answer
        return super().__call__(request)  # type: ignore[misc, no-any-return]


class SessionMiddleware(ForPages, sessions.SessionMiddleware):
    """Django's, for pages."""


class AuthenticationMiddleware(ForPages, auth.AuthenticationMiddleware):
    """Django's, for pages."""


class MessageMiddleware(ForPages, messages.MessageMiddleware):
    """Django's, for pages."""
