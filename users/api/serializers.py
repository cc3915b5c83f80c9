"""What login and sessions take and answer."""

from typing import Any

from rest_framework import serializers

from users.models import Session


class TextField(serializers.CharField):
    """A string that is one: a number is refused, for `0421` and `421` are different codes."""

    def to_internal_value(self, data: Any) -> str:
        """The text as it was sent."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class PhoneSerializer(serializers.Serializer[Any]):
    phone = TextField(help_text="A mobile number, however it is written.")
    ticket = TextField(
        required=False,
        allow_blank=True,
        allow_null=True,
        help_text="Of the challenge that asks again, or is answered.",
    )


class SentSerializer(serializers.Serializer[Any]):
    phone = serializers.CharField(help_text="The number in E.164.")
    ticket = serializers.CharField(
        required=False,
        help_text="Names the challenge. Told when it opens, and again only to who sends it along.",
    )
    code_length = serializers.IntegerField(help_text="4, or 8 while somebody guesses codes.")
    expires_in = serializers.IntegerField(help_text="Seconds.")
    resend_in = serializers.IntegerField(help_text="Seconds.")
    code = serializers.CharField(
        required=False, help_text="Only where the SMS is simulated: the code itself."
    )


class CodeSerializer(PhoneSerializer):
    code = TextField(help_text="The one-time password from the SMS.")


class PairSerializer(serializers.Serializer[Any]):
    access = serializers.CharField(help_text="For the `Authorization` header; lives 10 minutes.")
    refresh = serializers.CharField(help_text="For the next pair; lives 30 days.")
    expires_in = serializers.IntegerField(help_text="Seconds that the access token lives.")


class LoginSerializer(PairSerializer):
    is_new_user = serializers.BooleanField(help_text="Whether this login recorded the user.")


class RefreshSerializer(serializers.Serializer[Any]):
    refresh = TextField()


class TokenSerializer(serializers.Serializer[Any]):
    token = TextField(help_text="An access or refresh token.")


class VerifiedSerializer(serializers.Serializer[Any]):
    token_type = serializers.ChoiceField(choices=("access", "refresh"))
    user_id = serializers.UUIDField()
    session_id = serializers.UUIDField()
    expires_at = serializers.DateTimeField()


class SessionSerializer(serializers.ModelSerializer[Session]):
    current = serializers.SerializerMethodField(help_text="Whether this call belongs to it.")

    class Meta:
        model = Session
        fields = ("id", "created_at", "last_used_at", "user_agent", "ip", "current")

    def get_current(self, session: Session) -> bool:
        """Whether it is the session that asks."""
        return bool(session.pk == self.context["current"])
