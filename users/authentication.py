"""Access token → user, in one query that also sees logout, ban and deletion at once."""

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from users.errors import TokenNotValid
from users.models import Session, User
from users.sessions import session_user


class SessionTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access>`; sets `request.user` and, as `request.auth`, the session."""

    def authenticate(self, request: Request) -> tuple[User, Session] | None:
        """None without a Bearer token. Raises `TokenNotValid`."""
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        return session_user(token.strip().decode("latin-1"))

    def authenticate_header(self, request: Request) -> str:
        """What a 401 answer asks for."""
        return TokenNotValid.auth_header
