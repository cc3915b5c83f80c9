"""Logged in with a browser: a signed cookie names a session of the same kind as the API's.

So logout, ban, deletion and "log out" on the profile close pages and API alike, on the next call.
It is no Django login: staff who log in by phone don't enter the admin with it.
"""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from users.clients import Client
from users.models import Session
from users.pages.cookies import SignedCookie
from users.sessions import lifecycle
from users.sessions.tokens import RefreshToken

IDLE = RefreshToken.lifetime
LOGIN = SignedCookie("login", IDLE)


def remember(response: HttpResponse, session: Session) -> None:
    """Log the browser in."""
    LOGIN.write(response, str(session.pk))


def forget(response: HttpResponse) -> None:
    """Leave nothing of the login in the browser."""
    LOGIN.delete(response)


def session_of(request: HttpRequest) -> Session | None:
    """The browser's live session with its user, in one query; none without the cookie."""
    name: Any = LOGIN.read(request)
    if name is None:
        return None
    now = timezone.now()
    alive = Session.objects.live(now).filter(last_used_at__gt=now - IDLE)
    return alive.select_related("user").filter(pk=uuid.UUID(name)).first()


def keep(request: HttpRequest, response: HttpResponse, session: Session) -> None:
    """Let the idle time begin again: for the session and, with it, for the cookie."""
    if LOGIN.name not in response.cookies and lifecycle.touch(session, Client.of(request.META)):
        remember(response, session)
