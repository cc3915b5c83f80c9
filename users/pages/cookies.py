"""Cookies that only this server can write and no script can read."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True)
class SignedCookie:
    """A value that a browser keeps for `lifetime` and can't change."""

    word: str
    lifetime: timedelta

    @property
    def name(self) -> str:
        """The cookie's name; over https one that no other host can set."""
        return f"__Host-{self.word}" if settings.PUBLIC_HTTPS else self.word

    def read(self, request: HttpRequest) -> Any:
        """What was written; None if there is nothing, or it is too old, or not ours."""
        try:
            raw = request.COOKIES.get(self.name, "")
            return signing.loads(raw, salt=self._salt, max_age=self.lifetime)
        except signing.BadSignature:
            return None

    def write(self, response: HttpResponse, value: Any) -> None:
        """Keep a value that JSON can hold."""
        self._set(response, signing.dumps(value, salt=self._salt), self.lifetime)

    def delete(self, response: HttpResponse) -> None:
        """Forget the value. A browser drops a Secure cookie only when told so by a Secure one."""
        self._set(response, "", timedelta(0))

    @property
    def _salt(self) -> str:
        return f"users.pages.cookies.{self.name}"

    def _set(self, response: HttpResponse, raw: str, lifetime: timedelta) -> None:
        response.set_cookie(
            self.name,
            raw,
            max_age=lifetime,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
