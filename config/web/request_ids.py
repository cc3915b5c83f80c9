"""Request ids: each request has one, shown in its response and all of its log lines.

In the JSON format, log lines also show the caller once known.
"""

import logging
import re
import secrets
from contextvars import ContextVar

from users import security

HEADER = "X-Request-ID"
_SANE = re.compile(r"[!-~]{1,128}")
_current: ContextVar[str] = ContextVar("request_id", default="-")


def begin(claimed: str = "") -> str:
    """The id of a new request: the client's own if it is well-formed, else a random one.

    It is never unset, because the access log comes after everything else.
    """
    request_id = claimed if _SANE.fullmatch(claimed) else secrets.token_hex(8)
    _current.set(request_id)
    security.forget_who()
    return request_id


class Filter(logging.Filter):
    """Adds the request id (or `-`) and the caller to every log line.

    An event about another user keeps that user.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _current.get()
        for name, value in security.who():
            record.__dict__.setdefault(name, value)
        return True
