"""The WSGI application that gunicorn serves."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.signals import request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, reset_queries
from django.urls import get_resolver

from config import settings
from config.server import refusals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_wsgi_application()
from users.login import gateways  # noqa: E402  # needs models

# Connections are returned to the pool when a request ends, and queries are kept only for DEBUG.
for _begin in (close_old_connections, *(() if settings.DEBUG else (reset_queries,))):
    request_started.disconnect(_begin)

_ = get_resolver().url_patterns  # imports all views now, not during the first request
gateways.load()

_PLAIN = re.compile(r"[\w.+-]+/[\w.+-]+(; *(charset=\"?utf-8\"?|boundary=[\w'()+,./:=?-]+))*", re.I)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django, without unusual parameters of the Content-Type.

    Django looks up the charset among all of Python's codecs before our code runs, and fails on some
    of them. It also ignores bodies without a length: our server has read those already
    (config/server/bodies.py); under another one, such as runserver, they are refused.
    """
    if "HTTP_TRANSFER_ENCODING" in environ and not environ.get("CONTENT_LENGTH"):
        return _no_length(environ, start_response)
    content_type = environ.get("CONTENT_TYPE", "")
    if not _PLAIN.fullmatch(content_type):
        environ["CONTENT_TYPE"] = content_type.partition(";")[0]
    return _django(environ, start_response)


def _no_length(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
    """Refuse, and close the connection: nobody knows where its next request would start.

    The response has no length, so wsgiref closes the connection to mark its end.
    """
    headers, body = refusals.answer(refusals.NO_LENGTH, environ)
    start_response(refusals.NO_LENGTH.status, headers)
    yield body
