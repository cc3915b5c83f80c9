"""Error responses in the schema: those that many calls share, and those of single calls.

Each is an `ApiError`, narrowed to the codes that its status can have.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from rest_framework import exceptions

from users.api.failures import Error, Failure
from users.errors import TokenNotValid, TooMany, Unavailable

Part = dict[str, Any]

REQUEST_ID: Part = {
    "description": "The request's id: yours if you sent one, else a new one. Quote it in reports.",
    "required": True,
    "schema": {"type": "string", "pattern": "^[!-~]{1,128}$", "maxLength": 128},
    "example": "5f0c3b1d9a7e4c26",
}
AUTHENTICATE = {
    "description": "The authentication scheme and, if a token was sent, what is wrong with it.",
    "required": True,
    "schema": {"type": "string", "pattern": "^Bearer ", "maxLength": 100},
    "example": 'Bearer realm="api", error="invalid_token"',
}
ALLOW = {
    "description": "The methods that this path supports.",
    "required": True,
    "schema": {"type": "string", "pattern": "^[A-Z]+(, [A-Z]+)*$", "maxLength": 60},
    "example": "GET, PATCH, DELETE, HEAD, OPTIONS",
}
RETRY_AFTER: Part = {
    "description": "Seconds to wait, the same as `meta.retry_after`.",
    "required": True,
    "schema": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 2_592_000},
    "example": 48,
}
HEADERS = {
    "RequestId": REQUEST_ID,
    "Authenticate": AUTHENTICATE,
    "Allow": ALLOW,
    "RetryAfter": RETRY_AFTER,
}
WITH_EVERY_ANSWER = {"X-Request-ID": {"$ref": "#/components/headers/RequestId"}}
WITH_STATUS: dict[int, Part] = {
    401: {"WWW-Authenticate": {"$ref": "#/components/headers/Authenticate"}},
    405: {"Allow": {"$ref": "#/components/headers/Allow"}},
    429: {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}},
    503: {"Retry-After": {**RETRY_AFTER, "required": False}},  # the failure of a gateway has none
}


class Shared(NamedTuple):
    """An error response that many calls share."""

    name: str
    description: str
    failures: Sequence[Failure]


def _shared(name: str, description: str, *failures: Error | Failure) -> Shared:
    return Shared(name, description, tuple(map(Failure.of, failures)))


SHARED = {
    400: _shared(
        "BadRequest",
        "The request can't be read: it is malformed, or for another host.",
        exceptions.ParseError,
    ),
    401: _shared(
        "Unauthorized",
        "There is no access token, or it is not valid.",
        exceptions.NotAuthenticated,
        TokenNotValid,
    ),
    403: _shared("Forbidden", "The caller is not allowed to do this.", exceptions.PermissionDenied),
    404: _shared("NotFound", "Nothing has this id or cursor.", exceptions.NotFound),
    405: _shared(
        "MethodNotAllowed",
        "The path does not support this method.",
        Failure(405, exceptions.MethodNotAllowed.default_code, 'Method "PUT" not allowed.'),
    ),
    408: _shared(
        "RequestTimeout",
        "The request did not arrive within 20 seconds.",
        Failure(408, "request_timeout", "The request took too long to arrive."),
    ),
    411: _shared(
        "LengthRequired",
        "The body comes in chunks, and a server in between can't read them.",
        Failure(411, "length_required", "Send the length of the body (Content-Length)."),
    ),
    413: _shared(
        "TooLarge",
        "The body is larger than 64 KiB.",
        Failure(413, "too_large", "The request body is too large."),
    ),
    414: _shared(
        "UriTooLong",
        "The request line is longer than 4,094 bytes.",
        Failure(414, "uri_too_long", "The address is too long."),
    ),
    415: _shared(
        "UnsupportedMediaType",
        "The body is not `application/json`, or it is compressed.",
        Failure(
            415,
            exceptions.UnsupportedMediaType.default_code,
            'Unsupported media type "text/plain" in request.',
        ),
    ),
    417: _shared(
        "ExpectationFailed",
        "The header `Expect` asks for something other than `100-continue`.",
        Failure(417, "expectation_failed", "Expect can only be 100-continue."),
    ),
    429: _shared("TooManyRequests", "Too many requests from this address.", TooMany),
    431: _shared(
        "HeadersTooLarge",
        "There are more than 64 headers, or one is larger than 8,190 bytes.",
        Failure(431, "headers_too_large", "The headers are too large."),
    ),
    500: _shared(
        "ServerError", "A fault of the server, which has been logged.", exceptions.APIException
    ),
    503: _shared(
        "Unavailable",
        "The service or its database is unreachable, or too busy.",
        Failure(503, Unavailable.code, str(Unavailable.detail), meta={"retry_after": 2}),
    ),
}
EVERYWHERE = set(SHARED) - {401, 403, 404}


def error_answers(own: Iterable[Failure]) -> dict[str, Part]:
    """All error responses of a call by status: its `own` and the shared ones."""
    failures: dict[int, dict[str, Failure]] = {}
    general = (failure for status in EVERYWHERE for failure in SHARED[status].failures)
    for failure in (*own, *general):
        failures.setdefault(failure.status, {}).setdefault(failure.code, failure)
    return {str(status): _answer(status, failures[status]) for status in sorted(failures)}


def components() -> dict[str, Part]:
    """The components that the responses refer to, by kind."""
    answers = {one.name: _written(one.description, one.failures) for one in SHARED.values()}
    return {"responses": answers, "headers": HEADERS}


def _answer(status: int, failures: dict[str, Failure]) -> Part:
    shared = SHARED.get(status)
    if shared and failures.keys() == {one.code for one in shared.failures}:
        return {"$ref": f"#/components/responses/{shared.name}"}
    return _written(", ".join(f"`{code}`" for code in failures), tuple(failures.values()))


def _written(description: str, failures: Sequence[Failure]) -> Part:
    schema = _narrowed([one.code for one in failures])
    examples = {one.code: {"value": one.body} for one in failures}
    return {
        "description": description,
        "headers": {**WITH_EVERY_ANSWER, **WITH_STATUS.get(failures[0].status, {})},
        "content": {"application/json": {"schema": schema, "examples": examples}},
    }


def _narrowed(codes: list[str]) -> Part:
    """An `ApiError` that has no other codes than these.

    Generators of clients look at the reference alone, so that all errors are of one class there,
    and a code that is new doesn't break them. Of `properties` or `allOf` in place of
    `patternProperties`, which means the same here, openapi-generator would make another class.
    """
    code = {"properties": {"code": {"enum": sorted(codes)}}}
    error = {"$ref": "#/components/schemas/ErrorDetail", "allOf": [code]}
    errors = {"^errors$": {"items": error}}
    return {"$ref": "#/components/schemas/ApiError", "patternProperties": errors}
