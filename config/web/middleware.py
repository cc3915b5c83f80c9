"""Request ids, deadlines and policies for all requests, and middleware that only pages need.

Skipping the latter below `/api/` saves a tenth of a call: API clients have a token instead of a
cookie, and get their messages in the answer.
"""

from collections.abc import Callable
from typing import Any

from csp.middleware import CSPMiddleware
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware import locale
from django.utils import translation
from django.utils.cache import patch_vary_headers

from config.web import errors, request_ids
from config.web.json_api import VERSION, is_api, refusal_of_body
from users.waiting import deadline


class RequestId:
    """Gives the request an id, and sends it with the response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = request_ids.begin(request.headers.get(request_ids.HEADER, ""))
        answer = self._get_response(request)
        answer.headers[request_ids.HEADER] = request_id
        return answer


class Deadline:
    """Limits the request's total waiting time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with deadline.of_request():
            return self._get_response(request)


class Policy(CSPMiddleware):
    """Headers that say what clients may do with a response.

    What a page may load and run is up to django-csp (`CONTENT_SECURITY_POLICY`); below `/api/` only
    the docs are pages, with a policy of their own. Answers of calls contain tokens and personal
    data, which no cache may store.
    """

    def process_request(self, request: HttpRequest) -> None:
        """No nonce: no page has one, and it would make each request refer to itself."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if is_api(request) and not hasattr(response, "_csp_replace"):
            if request.path_info.startswith(VERSION):
                response.headers["Cache-Control"] = "no-store"
            return response
        return super().process_response(request, response)


class LocaleMiddleware(locale.LocaleMiddleware):
    """Django's, without looking for a language in the URL, which took 3 % of a profile."""

    def process_request(self, request: HttpRequest) -> None:
        translation.activate(translation.get_language_from_request(request))
        request.LANGUAGE_CODE = translation.get_language()

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", translation.get_language())
        return response


class BodyOfCall:
    """Refuses a body that no call of the API takes, also where a call looks at none.

    Pages leave that to Django, which refuses a body as it is read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_api(request) and (refusal := refusal_of_body(request.META)):
            return errors.failure(request, refusal)
        return self._get_response(request)


class ForPages:
    """Skips API calls."""

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
