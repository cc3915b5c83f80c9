"""Input and output of the profile."""

from typing import Any, ClassVar

from django.core.validators import validate_email
from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from referrals.invites import DIGITS, LETTERS
from referrals.models import CODE_LENGTH, Activation
from users.api.fields import EDGE, PHONE, TextField
from users.models import User

INVITE_CODE = f"^[{DIGITS}{LETTERS}]{{{CODE_LENGTH}}}$"
DISTURBING = r"\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
GAP = r"[\s\u2010-\u2015\u2212-]*"  # blanks and dashes
NAME = {"type": "string", "maxLength": 150, "pattern": f"^{EDGE}[^{DISTURBING}]*{EDGE}$"}


@extend_schema_field(NAME)
class NameField(TextField):
    """A name, or "" for none; the model refuses invisible text."""


@extend_schema_field({"type": "string", "pattern": f"^{GAP}([0-9A-Za-z]{GAP}){{{CODE_LENGTH}}}$"})
class WrittenInviteCodeField(TextField):
    """An invite code as people write it."""


class EmailField(TextField):
    """An email address, or "" for none.

    DRF's field is a union of two strings in the schema, which generated clients turn into empty
    classes.
    """

    def to_internal_value(self, data: Any) -> str:
        """The email address. Raises `ValidationError`."""
        text = super().to_internal_value(data)
        validate_email(text)
        return text


class ProfileUpdateSerializer(serializers.ModelSerializer[User]):
    """What users may change about themselves; everything else in the body is ignored."""

    serializer_field_mapping: ClassVar = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: NameField,
        models.EmailField: EmailField,
    }

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email")


class ProfileSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="Never changes; also the `sub` of the tokens.")
    phone = serializers.RegexField(PHONE, help_text="The number in E.164.")
    first_name = serializers.CharField(allow_blank=True, max_length=150)
    last_name = serializers.CharField(allow_blank=True, max_length=150)
    email = serializers.CharField(allow_blank=True, max_length=254)
    invite_code = serializers.RegexField(
        INVITE_CODE, help_text="The user's own code; never changes."
    )
    invite_link = serializers.URLField(help_text="A link to share, with the invite code in it.")
    activated_invite_code = serializers.RegexField(
        INVITE_CODE, allow_null=True, help_text="The code that the user activated."
    )
    activated_at = serializers.DateTimeField(allow_null=True)
    invitees_count = serializers.IntegerField(
        min_value=0, help_text="How many users have activated the invite code."
    )
    invitees = serializers.ListField(
        child=serializers.RegexField(PHONE),
        max_length=50,
        help_text="The phones of the 50 newest invitees.",
    )
    invitees_next = serializers.URLField(
        allow_null=True, help_text="The next page of invitees, if there are more."
    )


class ActivationRequestSerializer(serializers.Serializer[Any]):
    invite_code = WrittenInviteCodeField(
        help_text="Another user's code; case, spaces and dashes don't matter."
    )


class InviteeSerializer(serializers.ModelSerializer[Activation]):
    phone = serializers.RegexField(PHONE, source="invitee.phone", help_text="In E.164.")

    class Meta:
        model = Activation
        fields = ("phone", "activated_at")
        read_only_fields = ("activated_at",)


class UserSerializer(serializers.ModelSerializer[User]):
    """A user as staff see them."""

    phone = serializers.RegexField(PHONE, help_text="The number in E.164.")
    email = serializers.CharField(allow_blank=True, max_length=254)
    is_active = serializers.BooleanField(help_text="False while the user is banned.")
    invite_code = serializers.RegexField(
        INVITE_CODE, source="invite_code.value", allow_null=True, read_only=True
    )
    invitees_count = serializers.SerializerMethodField()
    activated_invite_code = serializers.RegexField(
        INVITE_CODE, source="activation.code", allow_null=True, read_only=True
    )
    activated_at = serializers.DateTimeField(
        source="activation.activated_at", allow_null=True, read_only=True
    )

    class Meta:
        model = User
        fields = (
            "id",
            "phone",
            "first_name",
            "last_name",
            "email",
            "is_active",
            "date_joined",
            "invite_code",
            "invitees_count",
            "activated_invite_code",
            "activated_at",
        )
        read_only_fields = fields

    @extend_schema_field({"type": "integer", "minimum": 0})
    def get_invitees_count(self, user: User) -> int:
        """The count; 0 for a user without a code."""
        return user.invite_code.activations_count if hasattr(user, "invite_code") else 0
