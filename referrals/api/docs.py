"""What the schema says of each call: summary, examples, errors."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import NotFound

from referrals import errors
from referrals.api.serializers import (
    InviteCodeSerializer,
    InviteeSerializer,
    NamesSerializer,
    ProfileSerializer,
    UserSerializer,
)
from users.api.openapi import NEEDS_LOGIN, NEEDS_STAFF, TAKES_JSON, describe

PERSON = {
    "id": "019a7e1c-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
    "phone": "+79161234567",
    "first_name": "Anna",
    "last_name": "",
    "email": "",
    "invite_code": "4FG7TN",
    "invitees_count": 1,
    "activated_invite_code": "7K2M9X",
    "activated_at": "2026-01-31T12:00:00Z",
}
OWN = {
    **PERSON,
    "invite_link": "https://example.org/i/4FG7TN",
    "invitees": ["+79167654321"],
    "invitees_next": None,
}
USER = {**PERSON, "is_active": True, "date_joined": "2026-01-31T11:00:00Z"}
INVITEE = {"phone": "+79167654321", "activated_at": "2026-01-31T12:00:00Z"}
FOR_STAFF = "For staff with the permission `users.view_user`."

PROFILE = {
    "retrieve": describe(
        "Get my profile",
        operation_id="show_profile",
        answer=ProfileSerializer,
        example=OWN,
        errors=(*NEEDS_LOGIN, errors.InviteCodesExhausted),
    ),
    "partial_update": describe(
        "Change my name and email",
        description="Other fields are ignored. Names hold visible text only.",
        operation_id="change_profile",
        request=NamesSerializer,
        sent={"first_name": "Anna"},
        answer=ProfileSerializer,
        example=OWN,
        errors=(*TAKES_JSON, *NEEDS_LOGIN, errors.InviteCodesExhausted),
    ),
    "destroy": describe(
        "Delete my account",
        description=(
            "The account and its personal data are gone at once. Invitees still see the code they"
            " activated. The phone may register again, as a new user."
        ),
        operation_id="delete_profile",
        errors=NEEDS_LOGIN,
    ),
    "activate": describe(
        "Activate somebody's invite code",
        description="Possible once; the same code again is answered as before.",
        operation_id="activate_invite_code",
        request=InviteCodeSerializer,
        sent={"invite_code": "7K2M9X"},
        answer=ProfileSerializer,
        example=OWN,
        errors=(
            *TAKES_JSON,
            errors.OwnInviteCode,
            errors.UnknownInviteCode,
            *NEEDS_LOGIN,
            errors.AlreadyActivated,
            errors.TooManyInviteCodes,
            errors.InviteCodesExhausted,
        ),
    ),
}

INVITEES = {
    "list": describe(
        "List my invitees",
        description="Newest first.",
        operation_id="list_invitees",
        answer=InviteeSerializer(many=True),
        example=INVITEE,
        errors=(*NEEDS_LOGIN, NotFound),
    ),
}

USERS = {
    "list": describe(
        "List all users",
        description=f"{FOR_STAFF} Newest first.",
        operation_id="list_users",
        parameters=[
            OpenApiParameter("search", str, description="A phone, its beginning, or a code.")
        ],
        answer=UserSerializer(many=True),
        example=USER,
        errors=(*NEEDS_STAFF, NotFound),
    ),
    "retrieve": describe(
        "Get a user",
        description=FOR_STAFF,
        operation_id="show_user",
        answer=UserSerializer,
        example=USER,
        errors=(*NEEDS_STAFF, NotFound),
    ),
}
