"""Cookies that only this server can write and no script can read."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True)
class SignedCookie:
    """A value that a browser keeps for `lifetime` and can't forge.

    A value written for an `owner` can be read only for that owner.
    """

    word: str
    lifetime: timedelta
    owner: str = ""

    @property
    def name(self) -> str:
        """The cookie's name; over HTTPS with a prefix that keeps other hosts from setting it."""
        return f"__Host-{self.word}" if settings.PUBLIC_HTTPS else self.word

    def read(self, request: HttpRequest) -> Any:
        """The value; None if missing, expired or forged."""
        try:
            raw = request.COOKIES.get(self.name, "")
            return signing.loads(raw, salt=self._salt, max_age=self.lifetime)
        except signing.BadSignature:
            return None

    def write(self, response: HttpResponse, value: Any) -> None:
        """Store a JSON-serializable value."""
        self._set(response, signing.dumps(value, salt=self._salt), self.lifetime)

    def delete(self, response: HttpResponse) -> None:
        """Expire the cookie. Browsers drop a Secure cookie only if the new one is Secure, too."""
        self._set(response, "", timedelta(0))

    @property
    def _salt(self) -> str:
        return f"users.pages.cookies.{self.name}{self.owner}"

    def _set(self, response: HttpResponse, raw: str, lifetime: timedelta) -> None:
        response.set_cookie(
            self.name,
            raw,
            max_age=lifetime,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
