"""Access token → user, in one query that also sees logout, ban and deletion at once."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from users.models import User
from users.sessions import lifecycle
from users.statements import Statement


class SessionTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access>` → `request.user`, and the session's id as `request.auth`.

    A subclass may read more columns along with the user, by a statement of its own.
    """

    statement: ClassVar[Statement] = lifecycle.ACCESS

    def authenticate(self, request: Request) -> tuple[User, UUID] | None:
        """None without a Bearer token. Raises `TokenNotValid`."""
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        raw = token.strip().decode("latin-1")
        user, session_id, more = lifecycle.access(raw, self.statement)
        self.keep(user, more)
        return user, session_id

    def keep(self, user: User, columns: Sequence[Any]) -> None:
        """What a subclass does with the columns it asked for."""

    def authenticate_header(self, request: Request) -> str:
        """What a 401 answer asks for."""
        return 'Bearer realm="api"'
