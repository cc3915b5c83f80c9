"""A browser's login: a signed cookie that names a session like the API's.

So logout, ban and deletion take effect on the next request, on pages as in the API. It is not a
Django login: staff who log in by phone are not logged in to the admin.
"""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from users import security
from users.clients import Client
from users.models import Session
from users.pages.cookies import SignedCookie
from users.sessions import lifecycle
from users.sessions.tokens import RefreshToken

IDLE = RefreshToken.lifetime
LOGIN = SignedCookie("login", IDLE)


def remember(response: HttpResponse, session: Session) -> None:
    LOGIN.write(response, str(session.pk))


def forget(response: HttpResponse) -> None:
    LOGIN.delete(response)


def session_of(request: HttpRequest) -> Session | None:
    """The browser's live session with its user, by one query; no query without the cookie."""
    name: Any = LOGIN.read(request)
    if name is None:
        return None
    now = timezone.now()
    alive = Session.objects.live(now).filter(last_used_at__gt=now - IDLE)
    session = alive.select_related("user").filter(pk=uuid.UUID(name)).first()
    if session:
        security.identify(session.user_id, session.pk)
        request.person = session.user  # type: ignore[attr-defined]  # used by the base template
    return session


def keep(request: HttpRequest, response: HttpResponse, session: Session) -> None:
    """Restart the idle time of session and cookie."""
    if LOGIN.name not in response.cookies and lifecycle.touch(session, Client.of(request.META)):
        remember(response, session)
