"""The JWT pair of a session, a pure function of the session's row."""

import uuid
from datetime import datetime
from functools import lru_cache
from typing import Any, Self

from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token
from rest_framework_simplejwt.utils import (
    aware_utcnow,
    datetime_from_epoch,
    datetime_to_epoch,
)

from users.errors import TokenNotValid
from users.models import Session

REMEMBERED = 4096  # access tokens, about a kilobyte each


class SessionToken(Token):
    """Names its session (`sid`) and user (`sub`); the same row always gives the same token."""

    def set_jti(self) -> None:
        """Set no token id: the session's id is what counts."""

    @classmethod
    def read(cls, raw: str) -> Self:
        """The token, with signature, type and time checked. Raises `TokenNotValid`."""
        try:
            token = cls(raw)  # type: ignore[arg-type]
            token["sid"], token["sub"] = uuid.UUID(token["sid"]), uuid.UUID(token["sub"])
        except (TokenError, KeyError, ValueError, TypeError, AttributeError):
            raise TokenNotValid from None
        return token

    @classmethod
    def of(cls, session: Session) -> "SessionToken":
        """The session's current token."""
        token = cls()
        token["sid"], token["sub"] = str(session.pk), str(session.user_id)
        token.set_iat(at_time=session.last_used_at)
        token.set_exp(from_time=session.last_used_at)
        return token

    @property
    def session_id(self) -> uuid.UUID:
        """The session's id."""
        sid: uuid.UUID = self["sid"]
        return sid


class AccessToken(SessionToken):
    """Gives access to the API for ten minutes."""

    token_type = "access"  # noqa: S105
    lifetime = api_settings.ACCESS_TOKEN_LIFETIME

    @classmethod
    def read(cls, raw: str) -> Self:
        """The token, with signature, type and time checked. Raises `TokenNotValid`.

        All but the time is checked once per token: a client sends the same one for ten minutes, and
        decoding it takes a tenth of a call.
        """
        token = cls._once_checked(raw)
        try:
            token.check_exp(current_time=aware_utcnow())
        except TokenError:
            raise TokenNotValid from None
        return token

    @classmethod
    @lru_cache(maxsize=REMEMBERED)
    def _once_checked(cls, raw: str) -> Self:
        return super().read(raw)


class RefreshToken(SessionToken):
    """Is exchanged for the next pair; `n` counts exchanges, `end` is when the session ends."""

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

    @property
    def ends_at(self) -> datetime:
        """When the session ends."""
        return datetime_from_epoch(self["end"])


def pair(session: Session) -> dict[str, Any]:
    """The session's current tokens: `access`, `refresh` and `expires_in`, in seconds."""
    return {
        "access": str(AccessToken.of(session)),
        "refresh": str(RefreshToken.of(session)),
        "expires_in": int(AccessToken.lifetime.total_seconds()),
    }
