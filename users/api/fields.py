"""Input fields. They describe input in the schema; the rules validate it."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from users.login.pasted_codes import LENGTH as CODE_LENGTH
from users.phones import LENGTH

PHONE = r"^\+[1-9][0-9]{6,14}$"  # E.164
TICKET = "[A-Za-z0-9_-]{22}"
BLANK = r"\s\u001c-\u001f\u0085"  # what Python trims
EDGE = f"[{BLANK}]*"
WRITTEN = rf"^[^\u0000]*[^{BLANK}\u0000][^\u0000]*$"  # anything but blanks, without NUL
JWT = r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$"


class TextField(serializers.CharField):
    """A string, never a number: `0421` and `421` are different codes."""

    def to_internal_value(self, data: Any) -> str:
        """The text without blanks around it, which count for its length as in the schema."""
        if not isinstance(data, str):
            self.fail("invalid")
        if self.max_length and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length, length=len(data))
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "format": "phone", "minLength": 1, "maxLength": LENGTH})
class WrittenPhoneField(TextField):
    """A phone number as people write it."""


@extend_schema_field({"type": "string", "pattern": f"^{EDGE}({TICKET})?{EDGE}$"})
class GivenTicketField(TextField):
    """The ticket of an earlier answer, or none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, required=False, allow_blank=True, allow_null=True)


@extend_schema_field({"type": "string", "pattern": WRITTEN, "maxLength": CODE_LENGTH})
class WrittenCodeField(TextField):
    """A one-time password as people type or paste it."""


@extend_schema_field({"type": "string", "pattern": JWT})
class GivenTokenField(TextField):
    """The token of an earlier answer."""
