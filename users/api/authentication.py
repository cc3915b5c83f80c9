"""Access token → user, by one query that also notices logout, ban and deletion at once."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from users import security
from users.models import User
from users.sessions import lifecycle
from users.statements import Statement


class SessionTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access>` → `request.user`, and the session's id as `request.auth`.

    A subclass may read more columns in the same query, by a statement of its own.
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
        security.identify(user.pk, session_id)
        return user, session_id

    def keep(self, user: User, columns: Sequence[Any]) -> None:
        """Hook for subclasses: keep the additional columns."""

    def authenticate_header(self, request: Request) -> str:
        """The `WWW-Authenticate` header of a 401."""
        return 'Bearer realm="api"'
