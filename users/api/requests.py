"""What views read from a request."""

from typing import Any, cast
from uuid import UUID

from rest_framework.request import Request

from users.clients import Client
from users.models import User


def validated(serializer: Any, request: Request) -> Any:
    """Read the request's body as `serializer` does. Raises `ValidationError`."""
    filled = serializer(data=request.data)
    filled.is_valid(raise_exception=True)
    return filled.validated_data


def client(request: Request) -> Client:
    """Who asks."""
    return Client.of(request.META)


def me(request: Request) -> User:
    """The user who asks; permission classes let nobody else come this far."""
    return cast("User", request.user)


def session_id(request: Request) -> UUID:
    """The id of the session that asks."""
    return cast("UUID", request.auth)
