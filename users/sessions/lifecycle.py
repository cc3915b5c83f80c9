"""Sessions: open, rotate, end. A token pair is a pure function of its session's row."""

import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token
from rest_framework_simplejwt.utils import datetime_from_epoch, datetime_to_epoch

from users import security
from users.clients import AnyRequest, client_address, network_of
from users.errors import TokenNotValid, TooMany
from users.limits.policy import REFRESHES
from users.models import Session, User
from users.statements import columns_of, read, write

LIFETIME = timedelta(days=90)
GRACE = timedelta(seconds=60)
STALE = timedelta(minutes=10)
SHOWN = 100  # sessions in a list
LIVE = """users_user.id = users_session.user_id AND users_user.is_active
    AND users_session.ended_at IS NULL AND users_session.expires_at > %s"""
"""What `SessionQuerySet.live` says, for the two statements that most calls make."""

SELDOM_ASKED = {"password", "last_login", "date_joined"}
KNOWN = [name for name in columns_of(User) if name not in SELDOM_ASKED]

_SESSION = columns_of(Session)
_INSERT = f"""INSERT INTO users_session ({", ".join(_SESSION)})
    VALUES ({", ".join(["%s"] * len(_SESSION))}) RETURNING id"""  # noqa: S608


class SessionToken(Token):
    """A token that names its session (`sid`) and is the same whenever made from the same row."""

    def set_jti(self) -> None:
        """No id of its own: the session's is what counts."""

    @classmethod
    def read(cls, raw: str) -> "SessionToken":
        """A token after its signature, type and time were checked. Raises `TokenNotValid`."""
        try:
            token = cls(raw)  # type: ignore[arg-type]
            token["sid"] = uuid.UUID(token["sid"])
        except (TokenError, KeyError, ValueError, TypeError, AttributeError):
            raise TokenNotValid from None
        return token

    @classmethod
    def of(cls, session: Session) -> "SessionToken":
        """The session's current token."""
        token = cls()
        token["sid"] = str(session.pk)
        token.set_iat(at_time=session.last_used_at)
        token.set_exp(from_time=session.last_used_at)
        return token


class AccessToken(SessionToken):
    """Opens the API for ten minutes."""

    token_type = "access"  # noqa: S105
    lifetime = api_settings.ACCESS_TOKEN_LIFETIME


class RefreshToken(SessionToken):
    """Is exchanged for the next pair; `n` counts the exchanges, `end` is the session's own end."""

    token_type = "refresh"  # noqa: S105
    lifetime = api_settings.REFRESH_TOKEN_LIFETIME

    @classmethod
    def of(cls, session: Session) -> "SessionToken":
        """The session's current token, which never outlives the session."""
        token = super().of(session)
        token["n"] = session.counter
        token["end"] = datetime_to_epoch(session.expires_at)
        token["exp"] = min(token["exp"], token["end"])
        return token


def open_session(user: User, request: AnyRequest) -> Session:
    """A new session for a user who has just proved who they are."""
    now = timezone.now()
    if secrets.randbelow(100) == 0:
        Session.objects.sweep(expires_at__lte=now)
    session = Session(
        user=user, created_at=now, last_used_at=now, expires_at=now + LIFETIME, **_device(request)
    )
    write(_INSERT, [getattr(session, name) for name in _SESSION])
    return session


def pair(session: Session) -> dict[str, str]:
    """`{"access", "refresh"}` of the session as it stands."""
    return {"access": str(AccessToken.of(session)), "refresh": str(RefreshToken.of(session))}


def rotate(raw: str, request: AnyRequest) -> dict[str, str]:
    """The next pair for a refresh token; of parallel uses one rotates, the others get its pair.

    The token before the current one counts for `GRACE`, since an answer may get lost. Anything
    older was copied: the session ends. Raises `TokenNotValid`, `TooMany`.
    """
    token = RefreshToken.read(raw)
    if wait := REFRESHES.take(token["sid"]):
        raise TooMany(wait)
    now, device = timezone.now(), _device(request)
    if write(
        f"""UPDATE users_session
        SET counter = counter + 1, last_used_at = %s, ip = %s, user_agent = %s
        FROM users_user WHERE users_session.id = %s AND counter = %s AND {LIVE}
        RETURNING counter""",  # noqa: S608
        [now, device["ip"], device["user_agent"], token["sid"], token["n"], now],
    ):  # the network stays: familiar are the places of logins, not of refreshes
        end = datetime_from_epoch(token["end"])
        return pair(
            Session(pk=token["sid"], counter=token["n"] + 1, last_used_at=now, expires_at=end)
        )
    return _again(token, now, client_address(request))


def check(raw: str) -> None:
    """Raise `TokenNotValid` unless this access or current refresh token opens anything."""
    try:
        token, current = AccessToken.read(raw), {}
    except TokenNotValid:
        token = RefreshToken.read(raw)
        current = {"counter": token["n"]}
    if not Session.objects.live().filter(pk=token["sid"], **current).exists():
        raise TokenNotValid


def end(sessions: QuerySet[Session], user: object, address: str, reason: str) -> int:
    """End a user's sessions, so their tokens are dead from the next call on; how many lived."""
    ended = sessions.filter(ended_at=None).update(ended_at=timezone.now())
    if ended:
        security.log("session ended", reason=reason, user=user, count=ended, address=address)
    return ended


def sessions_of(user_id: Any) -> QuerySet[Session]:
    """Where the user is logged in, by API and by browser, last used first; at most `SHOWN`."""
    return Session.objects.live().filter(user=user_id)[:SHOWN]


def end_one(user_id: Any, pk: uuid.UUID, address: str, reason: str) -> bool:
    """End the session `pk` if it is a live one of this user; whether it was."""
    return bool(end(Session.objects.live().filter(user=user_id, pk=pk), user_id, address, reason))


def end_others(user_id: Any, kept: uuid.UUID, address: str) -> int:
    """End all of the user's sessions but `kept`; how many lived."""
    others = Session.objects.filter(user=user_id).exclude(pk=kept)
    return end(others, user_id, address, "ended by user")


def session_user(raw: str, along: str = "NULL") -> tuple[User, uuid.UUID]:
    """The user behind an access token and the session's id, in one query.

    `along` is SQL of one more column about `users_user`, which the user gets as `read_along`.
    What is `SELDOM_ASKED` of the user comes by a query of its own. Raises `TokenNotValid`.
    """
    sid = AccessToken.read(raw)["sid"]
    columns = ", ".join(f"users_user.{name}" for name in KNOWN)
    rows = read(
        f"""SELECT {columns}, {along} FROM users_session, users_user
        WHERE users_session.id = %s AND {LIVE}""",  # noqa: S608
        [sid, timezone.now()],
    )
    if not rows:
        raise TokenNotValid
    *known, read_along = rows[0]
    user = User.from_db("default", KNOWN, known)
    vars(user)["read_along"] = read_along
    return user, sid


def touch(session: Session, request: AnyRequest) -> bool:
    """Note that a session is in use, once in `STALE` at most; whether it was noted now."""
    now = timezone.now()
    if now - session.last_used_at < STALE:
        return False
    device = _device(request)
    device.pop("network")  # familiar are the places of logins
    Session.objects.live(now).filter(pk=session.pk).update(last_used_at=now, **device)
    return True


def _again(token: SessionToken, now: datetime, address: str) -> dict[str, str]:
    session = Session.objects.live(now).filter(pk=token["sid"]).first()
    if session is None:
        raise TokenNotValid
    if token["n"] == session.counter - 1 and now - session.last_used_at <= GRACE:
        return pair(session)
    if token["n"] < session.counter:
        replayed = Session.objects.filter(pk=session.pk)
        end(replayed, session.user_id, address, "refresh token replayed")
    raise TokenNotValid


def _device(request: AnyRequest) -> dict[str, Any]:
    address = client_address(request)
    agent = request.headers.get("User-Agent", "").replace("\0", "")[:200]
    return {"ip": address, "network": network_of(address), "user_agent": agent}
