"""What the floors answer, made of plain values."""

import time
from typing import Any

import jwt
import orjson

from config import settings

KEY = settings.JWT_SIGNING_KEY
MINUTE, MONTH = 60, 30 * 86_400  # seconds


def claims_of(token: str) -> dict[str, Any]:
    """What a token says, if its signature and time are right."""
    claims: dict[str, Any] = jwt.decode(token, KEY, algorithms=["HS256"])
    return claims


def bearer(environ: dict[str, Any]) -> dict[str, Any]:
    """What the token in the request's head says."""
    return claims_of(environ["HTTP_AUTHORIZATION"].removeprefix("Bearer "))


def body_of(environ: dict[str, Any]) -> Any:
    """The decoded body of a request."""
    return orjson.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))


def pair(sid: str, user: str, counter: int, end: int) -> dict[str, Any]:
    """The tokens of a session that ends at `end` (s since 1970)."""
    now = int(time.time())
    claims = {"sid": sid, "sub": user, "iat": now}
    access = {**claims, "token_type": "access", "exp": now + 10 * MINUTE}
    refresh = {**claims, "token_type": "refresh", "exp": now + MONTH, "n": counter, "end": end}
    return {
        "access": jwt.encode(access, KEY),
        "refresh": jwt.encode(refresh, KEY),
        "expires_in": 10 * MINUTE,
    }


def profile(row: tuple[Any, ...]) -> dict[str, Any]:
    """The profile, of the columns in the order of the floors' statements."""
    user, phone, first, last, email, value, count, code, activated_at, newest = row
    return {
        "id": user,
        "phone": phone,
        "first_name": first,
        "last_name": last,
        "email": email,
        "invite_code": value,
        "invite_link": f"{settings.PUBLIC_URL}/i/{value}",
        "activated_invite_code": code,
        "activated_at": activated_at,
        "invitees_count": count,
        "invitees": orjson.Fragment(newest or "[]"),
        "invitees_next": None,
    }
