"""Sessions: open, rotate, check, end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    DateTimeField,
    F,
    GenericIPAddressField,
    IntegerField,
    QuerySet,
    UUIDField,
)
from django.utils import timezone

from users import security
from users.clients import Client
from users.errors import TokenNotValid, TooMany
from users.limits.policy import REFRESHES
from users.models import Session, User
from users.sessions.tokens import AccessToken, RefreshToken, SessionToken, pair
from users.statements import Param, Statement, columns_of

LIFETIME = timedelta(days=90)
GRACE = timedelta(seconds=60)
STALE = timedelta(minutes=10)
SHOWN = 100  # the most sessions listed

SELDOM_ASKED = {"password", "last_login", "date_joined"}
KNOWN = columns_of(User, without=SELDOM_ASKED)
NOW, ID = Param("now", DateTimeField()), Param("id", UUIDField())

ROTATE = Statement(
    "rotate",
    lambda: Session.objects.live(NOW).filter(pk=ID, counter=Param("counter", IntegerField())),
    update={
        "counter": F("counter") + 1,
        "last_used_at": NOW,
        "ip": Param("ip", GenericIPAddressField()),
        "user_agent": Param("user_agent"),
    },
    returning=("user", "counter"),
)


def over(now: datetime) -> dict[str, datetime]:
    """Which sessions may be deleted: one of the admin ends sooner than its network is known."""
    return {"expires_at__lte": now, "created_at__lte": now - LIFETIME}


def accessible() -> QuerySet[Session]:
    """The live session of an access token, and the user behind it."""
    return Session.objects.live(NOW).filter(pk=ID).order_by()


ACCESSED = [f"user__{name}" for name in KNOWN]
ACCESS = Statement("access", lambda: accessible().values_list(*ACCESSED))


def open_session(user: User, client: Client, lifetime: timedelta = LIFETIME) -> Session:
    """Open a session for a user who has just logged in."""
    now = timezone.now()
    Session.objects.sweep_sometimes(**over(now))
    return Session.objects.create(
        user=user,
        created_at=now,
        last_used_at=now,
        expires_at=now + lifetime,
        user_agent=client.user_agent,
        ip=client.address,
        network=client.network,
    )


def rotate(raw: str, client: Client) -> dict[str, Any]:
    """The next pair for a refresh token; of parallel calls one rotates, the others get its pair.

    The previous token is accepted for `GRACE`, since an answer may get lost. An older one must have
    been copied, so the session ends. Raises `TokenNotValid`, `TooMany`.
    """
    token = RefreshToken.read(raw)
    if wait := REFRESHES.take(token.session_id):
        raise TooMany(wait)
    now = timezone.now()
    rotated = ROTATE.row(
        now=now,
        id=token.session_id,
        counter=token["n"],
        ip=client.address,
        user_agent=client.user_agent,
    )  # the network stays: logins make a network known, refreshes don't
    if rotated is None:
        return _again(token, now, client)
    user_id, counter = rotated
    return pair(
        Session(
            pk=token.session_id,
            user_id=user_id,
            counter=counter,
            last_used_at=now,
            expires_at=token.ends_at,
        )
    )


def verify(raw: str) -> SessionToken:
    """The token, if it is an access token or the current refresh token of a live session.

    Raises `TokenNotValid`.
    """
    try:
        token: SessionToken = AccessToken.read(raw)
        current = {}
    except TokenNotValid:
        token = RefreshToken.read(raw)
        current = {"counter": token["n"]}
    if not Session.objects.live().filter(pk=token.session_id, **current).exists():
        raise TokenNotValid
    return token


def access(raw: str, statement: Statement = ACCESS) -> tuple[User, UUID, Sequence[Any]]:
    """The user behind an access token and the session's id, in one query.

    `statement` may read more columns, which come last. What is `SELDOM_ASKED` of the user comes by
    a query of its own. Raises `TokenNotValid`.
    """
    session_id = AccessToken.read(raw).session_id
    row = statement.row(id=session_id, now=timezone.now())
    if row is None:
        raise TokenNotValid
    return User.from_db("default", KNOWN, row[: len(KNOWN)]), session_id, row[len(KNOWN) :]


def sessions_of(user_id: UUID) -> QuerySet[Session]:
    """A user's live sessions, last used first."""
    return Session.objects.live().filter(user=user_id)[:SHOWN]


def touch(session: Session, client: Client) -> bool:
    """Record that a session is in use, at most once per `STALE`; returns whether it did."""
    now = timezone.now()
    if now - session.last_used_at < STALE:
        return False
    Session.objects.live(now).filter(pk=session.pk).update(
        last_used_at=now, ip=client.address, user_agent=client.user_agent
    )
    return True


def end_one(user_id: UUID, pk: UUID, client: Client, *, current: UUID) -> bool:
    """End one of the user's sessions, possibly the `current` one; returns whether it was live."""
    reason = "logout" if pk == current else "ended by user"
    live = Session.objects.live().filter(user=user_id, pk=pk)
    return bool(_end(live, user_id, client, reason))


def end_others(
    user_id: UUID, client: Client, *, current: UUID, reason: str = "ended by user"
) -> int:
    """End all of the user's sessions but the current one; returns how many were live."""
    others = Session.objects.filter(user=user_id).exclude(pk=current)
    return _end(others, user_id, client, reason)


def end_all(user_id: UUID, client: Client, reason: str) -> int:
    """End all sessions of a user; returns how many were live."""
    return _end(Session.objects.filter(user=user_id), user_id, client, reason)


def _end(sessions: QuerySet[Session], user: object, client: Client, reason: str) -> int:
    """End sessions: their tokens fail from the next call on. Returns how many were live."""
    ended = sessions.filter(ended_at=None).update(ended_at=timezone.now())
    if ended:
        facts: dict[str, Any] = {"reason": reason, "user": user, "count": ended}
        security.log_after_commit("session ended", **facts, address=client.address)
    return ended


def _again(token: SessionToken, now: datetime, client: Client) -> dict[str, Any]:
    session = Session.objects.live(now).filter(pk=token.session_id).first()
    if session is None:
        raise TokenNotValid
    if token["n"] == session.counter - 1 and now - session.last_used_at <= GRACE:
        return pair(session)
    if token["n"] < session.counter:
        replayed = Session.objects.filter(pk=session.pk)
        _end(replayed, session.user_id, client, "refresh token replayed")
    raise TokenNotValid
