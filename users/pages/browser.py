"""Logged in with a browser: a signed cookie names a session of the same kind as the API's.

So logout, ban, deletion and "end session" close pages and API alike, on the next call. It is no
Django login: who is staff and logs in by phone does not enter the admin with it.
"""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from users.clients import client_address
from users.models import Session
from users.pages.cookies import SignedCookie
from users.sessions.lifecycle import RefreshToken, end, touch

IDLE = RefreshToken.lifetime
LOGIN = SignedCookie("login", IDLE)
SHOWN = 100


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
    if LOGIN.name not in response.cookies and touch(session, request):
        remember(response, session)


def sessions_of(session: Session) -> QuerySet[Session]:
    """Where the session's user is logged in, by API and by browser, last used first."""
    return Session.objects.live().filter(user=session.user_id)[:SHOWN]


def end_one(session: Session, pk: uuid.UUID, request: HttpRequest) -> bool:
    """End the user's session `pk`; whether it was alive."""
    mine = Session.objects.live().filter(user=session.user_id, pk=pk)
    return bool(end(mine, session.user_id, client_address(request), _reason(session, pk)))


def end_others(session: Session, request: HttpRequest) -> int:
    """End all of the user's sessions but this one; how many were alive."""
    others = Session.objects.filter(user=session.user_id).exclude(pk=session.pk)
    return end(others, session.user_id, client_address(request), "ended by user")


def _reason(session: Session, pk: uuid.UUID) -> str:
    return "logout" if pk == session.pk else "ended by user"
