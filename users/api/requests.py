"""What the views read from a request."""

from functools import cache
from typing import Any, cast
from uuid import UUID

from rest_framework.request import Request

from users.clients import Client
from users.models import User


def validated(serializer: Any, request: Request) -> Any:
    """The request body, validated by `serializer`. Raises `ValidationError`."""
    return _shared(serializer).run_validation(request.data)


def client(request: Request) -> Client:
    """The client that sent the request."""
    return Client.of(request.META)


def me(request: Request) -> User:
    """The authenticated user; permission classes turn everyone else away earlier."""
    return cast("User", request.user)


def session_id(request: Request) -> UUID:
    """The id of the caller's session."""
    return cast("UUID", request.auth)


@cache
def _shared(serializer: Any) -> Any:
    """One serializer for all requests: copying its fields for each took as long as checking.

    So its fields must remember nothing of a request, not even the language of an error.
    """
    return serializer()
