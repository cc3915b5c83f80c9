"""The WSGI application that gunicorn serves."""

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_wsgi_application()
_ = get_resolver().url_patterns  # imports all views now, not on somebody's first request

_PLAIN = re.compile(r"[\w.+-]+/[\w.+-]+(; *(charset=\"?utf-8\"?|boundary=[\w'()+,./:=?-]+))*", re.I)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django, with unusual parameters of the Content-Type dropped.

    Django looks the charset up among all of Python's codecs before our code runs, and fails on
    some of them.
    """
    content_type = environ.get("CONTENT_TYPE", "")
    if not _PLAIN.fullmatch(content_type):
        environ["CONTENT_TYPE"] = content_type.partition(";")[0]
    return _django(environ, start_response)
