"""The errors of a call, as the schema shows them."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.core.validators import ProhibitNullCharactersValidator
from rest_framework import exceptions, serializers

from users.errors import Refusal

Error = type[exceptions.APIException] | type[Refusal]

COUNTED = {
    "invalid_code": {"attempts_left": 2},
    "code_recently_sent": {"retry_after": 48, "code_length": 4},
}


class Failure(NamedTuple):
    """One error as its example shows it."""

    status: int
    code: str
    detail: str
    attr: str | None = None
    meta: Mapping[str, int] = {}

    @classmethod
    def of(cls, error: "Error | Failure") -> "Failure":
        """The failure that a class of exceptions or refusals results in."""
        if isinstance(error, Failure):
            return error
        if not issubclass(error, Refusal):
            return cls(error.status_code, error.default_code, str(error.default_detail))
        meta = COUNTED.get(error.code) or ({"retry_after": 48} if error.status == 429 else {})
        return cls(error.status, error.code, str(error.detail), error.attr, meta)

    @property
    def kind(self) -> str:
        """The response's `type`."""
        if self.status >= 500:
            return "server_error"
        invalid = self.status == 400 and self.code != "parse_error"
        return "validation_error" if invalid else "client_error"

    @property
    def body(self) -> dict[str, Any]:
        """The response body."""
        shown = {"code": self.code, "detail": self.detail, "attr": self.attr}
        body: dict[str, Any] = {"type": self.kind, "errors": [shown]}
        return {**body, "meta": dict(self.meta)} if self.meta else body


def failures_of_input(serializer: serializers.Serializer[Any]) -> Iterator[Failure]:
    """The validation errors of a serializer, one for each code."""
    yield Failure(400, "invalid", "Send a JSON object.")
    seen = {"invalid"}
    for name, field in serializer.fields.items():
        for code, text in _codes_of(field):
            if code not in seen:
                seen.add(code)
                yield Failure(400, code, text, name)


def _codes_of(field: Any) -> Iterator[tuple[str, str]]:
    texts = field.error_messages
    if field.required:
        yield "required", str(texts["required"])
    if not field.allow_null:
        yield "null", str(texts["null"])
    if isinstance(field, serializers.CharField):
        if not field.allow_blank:
            yield "blank", str(texts["blank"])
        if field.max_length:
            yield "max_length", str(texts["max_length"]).format(max_length=field.max_length)
        yield ProhibitNullCharactersValidator.code, str(ProhibitNullCharactersValidator.message)
