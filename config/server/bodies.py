"""Bodies are read before the application runs, so that no slow client holds its connections."""

from io import BytesIO
from typing import Any

from gevent import Timeout
from gunicorn.http import errors

from config import settings

TIME = 20.0  # seconds; twice what 64 KiB take over a slow line


class BodyTooSlow(errors.ParseException):  # type: ignore[misc]
    """The body did not arrive in time."""


class BodyCutShort(errors.ParseException):  # type: ignore[misc]
    """The client ended the connection before the body."""


def read(environ: dict[str, Any]) -> None:
    """Read the body into memory, but no more of it than shows that it is too large.

    A body that comes in chunks gets the length it has, since to Django one without is none.
    Raises `BodyTooSlow`, `BodyCutShort`, and what gunicorn raises for malformed chunks.
    """
    coding = environ.pop("HTTP_TRANSFER_ENCODING", "")
    if coding.lower() not in ("", "chunked"):
        raise errors.UnsupportedTransferCoding(coding)
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1
    awaited = most if coding else min(most, int(environ.get("CONTENT_LENGTH") or 0))
    if not awaited:
        return
    body = _arrived(environ["wsgi.input"], awaited)
    if coding:
        environ["CONTENT_LENGTH"] = str(len(body))
    elif len(body) < awaited:
        raise BodyCutShort
    environ["wsgi.input"] = BytesIO(body)


def unread(body: Any) -> bool:
    """Whether the client may still be sending a request's body, as gunicorn has it."""
    reader = body.reader
    return bool(getattr(reader, "length", 0) or getattr(reader, "parser", None))


def _arrived(stream: Any, size: int) -> bytes:
    try:
        with Timeout(TIME, BodyTooSlow):
            return bytes(stream.read(size))
    except OSError:
        raise BodyCutShort from None
