"""Request ids: every request has one, which its answer and all of its log lines show."""

import logging
import re
import secrets
from contextvars import ContextVar

HEADER = "X-Request-ID"
_SANE = re.compile(r"[!-~]{1,128}")
_current: ContextVar[str] = ContextVar("request_id", default="-")


def begin(claimed: str = "") -> str:
    """The id of a request that begins: what the client claims, if that is sane, or a new one.

    It is never unset: the access log comes after everything else.
    """
    request_id = claimed if _SANE.fullmatch(claimed) else secrets.token_hex(8)
    _current.set(request_id)
    return request_id


class Filter(logging.Filter):
    """Gives every log line the id of the request it belongs to, or `-`."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _current.get()
        return True
