"""Input and output of login and sessions."""

from typing import Any

from rest_framework import serializers

from users.api.fields import (
    JWT,
    PHONE,
    TICKET,
    GivenTicketField,
    GivenTokenField,
    WrittenCodeField,
    WrittenPhoneField,
)
from users.models import Session


class SendCodeRequestSerializer(serializers.Serializer[Any]):
    phone = WrittenPhoneField(
        help_text=(
            "A mobile number as people write it: with or without the country, with spaces, dashes,"
            " brackets, `00` or `tel:`."
        )
    )
    ticket = GivenTicketField(
        help_text="The ticket of the last answer, to have the same code sent again."
    )


class CodeSentSerializer(serializers.Serializer[Any]):
    phone = serializers.RegexField(PHONE, help_text="The number in E.164.")
    ticket = serializers.RegexField(
        f"^{TICKET}$",
        required=False,
        help_text="Identifies this request for a code: keep it in memory and send it with the code."
        " Absent if you asked again without it.",
    )
    code_length = serializers.ChoiceField(
        choices=(4, 8), help_text="How many digits the code has: 4, or 8 during an attack."
    )
    expires_in = serializers.IntegerField(
        min_value=1, help_text="How many seconds the code is valid."
    )
    resend_in = serializers.IntegerField(min_value=1, help_text="Seconds until you can ask again.")
    code = serializers.RegexField(
        "^([0-9]{4}|[0-9]{8})$",
        required=False,
        help_text="The code itself, only if the SMS is simulated.",
    )


class LoginRequestSerializer(serializers.Serializer[Any]):
    phone = WrittenPhoneField(help_text="The number that the code was sent to.")
    code = WrittenCodeField(
        help_text="The code from the SMS in any spelling, or the whole text of the SMS. A text with"
        " several numbers of the code's length is refused and costs no attempt."
    )
    ticket = GivenTicketField(
        help_text="The ticket that came with the code. Without it, the code works only from the"
        " network that asked for it."
    )


class TokenPairSerializer(serializers.Serializer[Any]):
    access = serializers.RegexField(JWT, help_text="For the header `Authorization: Bearer`.")
    refresh = serializers.RegexField(JWT, help_text="To get the next pair; valid for 30 days.")
    expires_in = serializers.IntegerField(
        min_value=1, help_text="How many seconds the access token is valid."
    )


class LoggedInSerializer(TokenPairSerializer):
    is_new_user = serializers.BooleanField(help_text="Whether this login created the account.")


class RefreshRequestSerializer(serializers.Serializer[Any]):
    refresh = GivenTokenField(help_text="The newest refresh token.")


class VerifyRequestSerializer(serializers.Serializer[Any]):
    token = GivenTokenField(help_text="An access or refresh token.")


class VerifiedTokenSerializer(serializers.Serializer[Any]):
    token_type = serializers.ChoiceField(choices=("access", "refresh"))
    user_id = serializers.UUIDField(help_text="The token's user.")
    session_id = serializers.UUIDField(help_text="The token's session.")
    expires_at = serializers.DateTimeField(help_text="When the token expires.")


class SessionSerializer(serializers.ModelSerializer[Session]):
    current = serializers.SerializerMethodField(help_text="Whether it is the session of this call.")

    class Meta:
        model = Session
        fields = ("id", "created_at", "last_used_at", "user_agent", "ip", "current")
        read_only_fields = fields

    def get_current(self, session: Session) -> bool:
        """Whether this is the caller's own session."""
        return bool(session.pk == self.context["current"])
