"""What the profile takes and answers."""

from typing import Any, ClassVar

from django.db import models
from rest_framework import serializers

from referrals.models import Activation
from users.api.serializers import TextField
from users.models import User


class NamesSerializer(serializers.ModelSerializer[User]):
    """What a user may change about themselves; everything else in the body is passed over."""

    serializer_field_mapping: ClassVar = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: TextField,
    }

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email")


class ProfileSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    phone = serializers.CharField()
    first_name = serializers.CharField(allow_blank=True)
    last_name = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)
    invite_code = serializers.CharField(help_text="One's own code, for ever.")
    invite_link = serializers.URLField()
    activated_invite_code = serializers.CharField(allow_null=True)
    activated_at = serializers.DateTimeField(allow_null=True)
    invitees_count = serializers.IntegerField()
    invitees = serializers.ListField(
        child=serializers.CharField(), help_text="The phones of the 50 newest invitees."
    )
    invitees_next = serializers.URLField(allow_null=True, help_text="The next page of invitees.")


class InviteCodeSerializer(serializers.Serializer[Any]):
    invite_code = TextField(help_text="Somebody else's code; case, blanks and dashes do not count.")


class InviteeSerializer(serializers.ModelSerializer[Activation]):
    phone = serializers.CharField(source="invitee.phone")

    class Meta:
        model = Activation
        fields = ("phone", "activated_at")


class UserSerializer(serializers.ModelSerializer[User]):
    """A user as staff see them."""

    email = serializers.CharField(allow_blank=True)
    invite_code = serializers.CharField(source="invite_code.value", allow_null=True, default=None)
    invitees_count = serializers.SerializerMethodField()
    activated_invite_code = serializers.CharField(
        source="activation.code", allow_null=True, default=None
    )
    activated_at = serializers.DateTimeField(
        source="activation.activated_at", allow_null=True, default=None
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

    def get_invitees_count(self, user: User) -> int:
        """0 as well for a user who has no code yet."""
        return user.invite_code.activations_count if hasattr(user, "invite_code") else 0
