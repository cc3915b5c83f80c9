"""How operations describe themselves in the API schema: summary, examples, and every error."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import exceptions, serializers, status

from users.errors import Refusal, TokenNotValid

T = TypeVar("T")
View = TypeVar("View", bound=Callable[..., Any])
Error = type[exceptions.APIException] | type[Refusal]

NEEDS_LOGIN: tuple[Error, ...] = (exceptions.NotAuthenticated, TokenNotValid)
NEEDS_STAFF: tuple[Error, ...] = (*NEEDS_LOGIN, exceptions.PermissionDenied)
TAKES_JSON: tuple[Error, ...] = (
    exceptions.ValidationError,
    exceptions.ParseError,
    exceptions.UnsupportedMediaType,
)


class SessionTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Shows the access token as Bearer authorisation."""

    target_class = "users.api.authentication.SessionTokenAuthentication"
    match_subclasses = True
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> Any:
        """An HTTP Bearer scheme whose tokens are JWTs."""
        return build_bearer_security_scheme_object("Authorization", "Bearer", "JWT")


ErrorSerializer = inline_serializer(
    "Error",
    {
        "type": serializers.ChoiceField(
            choices=("validation_error", "client_error", "server_error"),
            help_text="What kind of error it is; clients branch on `errors[].code`.",
        ),
        "errors": inline_serializer(
            "ErrorDetail",
            {
                "code": serializers.CharField(help_text="Stable; clients branch on it."),
                "detail": serializers.CharField(help_text="For people, in their language."),
                "attr": serializers.CharField(allow_null=True, help_text="The input it is about."),
            },
            many=True,
        ),
        "meta": serializers.DictField(
            child=serializers.IntegerField(),
            required=False,
            help_text="What there is to count, such as `attempts_left` or `retry_after` (seconds).",
        ),
    },
)


def describe(
    summary: str,
    *,
    answer: Any = None,
    request: Any = None,
    example: Any = None,
    sent: Any = None,
    errors: Sequence[Error] = (),
    **extra: Any,
) -> Callable[[View], View]:
    """Document one operation: `example` an answer, `sent` a request body, `errors` all it raises.

    Without `answer` the operation answers 204.
    """
    examples = []
    if sent is not None:
        examples.append(OpenApiExample("Request", sent, request_only=True))
    if example is not None:
        examples.append(OpenApiExample("Answer", example, response_only=True, status_codes=[200]))
    success = {status.HTTP_204_NO_CONTENT: None} if answer is None else {status.HTTP_200_OK: answer}
    return extend_schema(
        summary=summary,
        request=request,
        responses={**success, **_responses(errors)},
        examples=examples,
        **extra,
    )


def described(operations: Mapping[str, Callable[[Any], Any]]) -> Callable[[type[T]], type[T]]:
    """Document the methods of a viewset, by their names.

    `extend_schema_view` does so for the names that REST framework knows, and no others.
    """

    def decorate(viewset: type[T]) -> type[T]:
        for name, describe_one in operations.items():
            describe_one(vars(viewset)[name])
        return viewset

    return decorate


def _responses(errors: Sequence[Error]) -> dict[int, OpenApiResponse]:
    by_status = defaultdict(list)
    for error in errors:
        by_status[_status_of(error)].append(error)
    return {
        code: OpenApiResponse(
            ErrorSerializer,
            description=", ".join(f"`{_code_of(error)}`" for error in group),
            examples=[_example(error) for error in group],
        )
        for code, group in sorted(by_status.items())
    }


def _status_of(error: Error) -> int:
    return error.status if issubclass(error, Refusal) else error.status_code


def _code_of(error: Error) -> str:
    return error.code if issubclass(error, Refusal) else error.default_code


def _example(error: Error) -> OpenApiExample:
    code, code_status = _code_of(error), _status_of(error)
    detail = error.detail if issubclass(error, Refusal) else error.default_detail
    kind = "server_error" if code_status >= 500 else "client_error"
    if code_status == 400 and issubclass(error, (exceptions.ValidationError, Refusal)):
        kind = "validation_error"
    shown = {"code": code, "detail": str(detail), "attr": getattr(error, "attr", None)}
    value: dict[str, Any] = {"type": kind, "errors": [shown]}
    if code_status == status.HTTP_429_TOO_MANY_REQUESTS:
        value["meta"] = {"retry_after": 48}
    if code == "invalid_code":
        value["meta"] = {"attempts_left": 2}
    return OpenApiExample(code, value, response_only=True)
