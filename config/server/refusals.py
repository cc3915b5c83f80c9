"""What the server refuses itself: in the API's error format and the client's language."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import orjson
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from config.web import request_ids


class Reason(NamedTuple):
    """The status line's status, the error's code and its text."""

    status: str
    code: str
    detail: Any


MALFORMED = Reason("400 Bad Request", "parse_error", _("This isn't valid HTTP."))
TOO_SLOW = Reason(
    "408 Request Timeout", "request_timeout", _("The request took too long to arrive.")
)
NO_LENGTH = Reason(
    "411 Length Required", "length_required", _("Send the length of the body (Content-Length).")
)
ADDRESS_TOO_LONG = Reason("414 URI Too Long", "uri_too_long", _("The address is too long."))
UNEXPECTED = Reason(
    "417 Expectation Failed", "expectation_failed", _("Expect can only be 100-continue.")
)
HEADERS_TOO_LARGE = Reason(
    "431 Request Header Fields Too Large", "headers_too_large", _("The headers are too large.")
)


def answer(reason: Reason, meta: Mapping[str, Any]) -> tuple[list[tuple[str, str]], bytes]:
    """Headers and body of the refusal of a request with these headers, named as in WSGI."""
    asked = cast("HttpRequest", SimpleNamespace(META=meta, COOKIES={}))
    with translation.override(translation.get_language_from_request(asked)):
        error = {"code": reason.code, "detail": str(reason.detail), "attr": None}
    body = orjson.dumps({"type": "client_error", "errors": [error]})
    request_id = request_ids.begin(meta.get("HTTP_X_REQUEST_ID", ""))
    return [("Content-Type", "application/json"), (request_ids.HEADER, request_id)], body
