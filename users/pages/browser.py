"""The login of a browser: a signed cookie that names a session of the same kind as the API's.

So logout, ban and deletion work for pages and API alike, from the next call on. It is not a Django
login: staff who log in by phone don't enter the admin with it.
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
    LOGIN.write(response, str(session.pk))


def forget(response: HttpResponse) -> None:
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
    """Restart the idle time of the session and, with it, of the cookie."""
    if LOGIN.name not in response.cookies and lifecycle.touch(session, Client.of(request.META)):
        remember(response, session)
