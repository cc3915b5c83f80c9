"""Access token → user, in one query that also sees logout, ban and deletion at once."""

from uuid import UUID

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from users.errors import TokenNotValid
from users.models import User
from users.sessions.lifecycle import session_user


class SessionTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access>` → `request.user`, and the session's id as `request.auth`."""

    def __init__(self, along: str = "NULL") -> None:
        """`along` is SQL of a column that the view needs of the user, read in the same query."""
        self.along = along

    def authenticate(self, request: Request) -> tuple[User, UUID] | None:
        """None without a Bearer token. Raises `TokenNotValid`."""
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        return session_user(token.strip().decode("latin-1"), self.along)

    def authenticate_header(self, request: Request) -> str:
        """What a 401 answer asks for."""
        return TokenNotValid.auth_header
