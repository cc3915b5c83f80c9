"""What pages need and the API does not: passed over below `/api/`, to save a tenth of a call.

The API's callers have a token in place of a cookie, and get their messages in the answer.
"""

from typing import Any

from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class ForPages:
    """Passes a call of the API on as if this middleware were not there."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer as the next in line does, or as this middleware does."""
        if request.path_info.startswith("/api/"):
            answer: HttpResponseBase = self.get_response(request)
            return answer
        return super().__call__(request)  # type: ignore[misc, no-any-return]


class SessionMiddleware(ForPages, sessions.SessionMiddleware):
    """Django's, for pages."""


class AuthenticationMiddleware(ForPages, auth.AuthenticationMiddleware):
    """Django's, for pages."""


class MessageMiddleware(ForPages, messages.MessageMiddleware):
    """Django's, for pages."""
