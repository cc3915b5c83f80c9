"""Describes operations in the API schema: texts, examples, errors and links."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import exceptions, status

from users.api.failures import Error, Failure, failures_of_input
from users.errors import TokenNotValid

T = TypeVar("T")
View = TypeVar("View", bound=Callable[..., Any])

NEEDS_LOGIN: tuple[Error, ...] = (exceptions.NotAuthenticated, TokenNotValid)
NEEDS_STAFF: tuple[Error, ...] = (*NEEDS_LOGIN, exceptions.PermissionDenied)
RECEIVERS: dict[str, list[Failure]] = defaultdict(list)
"""Of each operation, what the receivers of its signals may raise."""
DESCRIBED = "x-described"  # where `Described` waits in an operation for the finishing hook


@dataclass(frozen=True)
class Described:
    """What drf-spectacular can't express; `answered` describes the successful response.

    `links` are OpenAPI's: which part of the answer is the input of which operation. `most` are the
    rows of a list.
    """

    success: str
    answered: str
    failures: Sequence[Failure]
    links: Mapping[str, Any]
    most: int | None


class Schema(AutoSchema):
    """drf-spectacular's schema with better names for pages in generated clients."""

    def get_paginated_name(self, serializer_name: str) -> str:
        """`InviteePage`, not `PaginatedInviteeList`."""
        return f"{serializer_name}Page"


class SessionTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Shows the access token as Bearer authorisation."""

    target_class = "users.api.authentication.SessionTokenAuthentication"
    match_subclasses = True
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> Any:
        """An HTTP Bearer scheme whose tokens are JWTs."""
        text = (
            "The `access` token of `POST auth/token/`: a JWT that lives 10 minutes, made as"
            " RFC8725 recommends, with one algorithm, a type, an end, and a key of its own."
        )
        scheme = build_bearer_security_scheme_object("Authorization", "Bearer", "JWT")
        return {**scheme, "description": text}


def describe(
    summary: str,
    description: str,
    *,
    answer: Any = None,
    answered: str,
    request: Any = None,
    example: Any = None,
    sent: Any = None,
    errors: Sequence[Error | Failure] = (),
    links: Mapping[str, Any] | None = None,
    most: int | None = None,
    **extra: Any,
) -> Callable[[View], View]:
    """Document one operation: an `example` answer, a request body `sent`, and all its `errors`.

    Without `answer` the operation answers 204.
    """
    examples = []
    if sent is not None:
        examples.append(OpenApiExample("Request", sent, request_only=True))
    if example is not None:
        examples.append(OpenApiExample("Answer", example, response_only=True, status_codes=[200]))
    success = status.HTTP_204_NO_CONTENT if answer is None else status.HTTP_200_OK
    failures = [*(failures_of_input(request()) if request else ()), *map(Failure.of, errors)]
    return extend_schema(
        summary=summary,
        description=description,
        request=request,
        responses={success: answer},
        examples=examples,
        extensions={DESCRIBED: Described(str(success), answered, failures, links or {}, most)},
        **extra,
    )


def receivers_may_raise(operation_id: str, *errors: Error) -> None:
    """Document errors raised by another app that listens to the operation's signals."""
    RECEIVERS[operation_id].extend(map(Failure.of, errors))


def described(operations: Mapping[str, Callable[[Any], Any]]) -> Callable[[type[T]], type[T]]:
    """Document the methods of a viewset by name.

    `extend_schema_view` only knows REST framework's own method names.
    """

    def decorate(viewset: type[T]) -> type[T]:
        for name, describe_one in operations.items():
            describe_one(vars(viewset)[name])
        return viewset

    return decorate
