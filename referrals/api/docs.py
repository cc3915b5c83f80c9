"""The schema's description of each call: texts, examples, errors, links."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import NotFound

from referrals import errors
from referrals.api.serializers import (
    ActivationRequestSerializer,
    InviteeSerializer,
    ProfileSerializer,
    ProfileUpdateSerializer,
    UserSerializer,
)
from users.api.failures import Failure
from users.api.openapi import NEEDS_LOGIN, NEEDS_STAFF, describe, receivers_may_raise
from users.api.serializers import LoginRequestSerializer
from users.errors import (
    FreshLoginRequired,
    InvalidCode,
    InvalidPhone,
    PhoneTaken,
    StaffPhone,
    TooManyAttempts,
)

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
NO_SUCH_PAGE = (Failure(400, "invalid", "Enter a whole number from 1 to 100.", "limit"), NotFound)
FOR_STAFF = "For staff with the permission `users.view_user`."
SHOW_NEWEST = {
    "operationId": "show_user",
    "description": "Gets a user from the list.",
    "parameters": {"id": "$response.body#/results/0/id"},
}

PROFILE = {
    "retrieve": describe(
        "Get my profile",
        "The user's own account: names, invite code and link, the code they activated, and the"
        " phones of the 50 newest invitees.",
        operation_id="show_profile",
        answer=ProfileSerializer,
        answered="The profile.",
        example=OWN,
        errors=(*NEEDS_LOGIN, errors.InviteCodesExhausted),
    ),
    "partial_update": describe(
        "Change my name and email",
        "Changes the fields that are sent and leaves the others; an empty string clears. Names are"
        " trimmed, and must be visible text without control characters or direction marks. Fields"
        " other than these three are ignored.",
        operation_id="change_profile",
        request=ProfileUpdateSerializer,
        sent={"first_name": "Anna"},
        answer=ProfileSerializer,
        answered="The changed profile.",
        example=OWN,
        errors=(*NEEDS_LOGIN, errors.InviteCodesExhausted),
    ),
    "change_phone": describe(
        "Change my phone number",
        "Moves the account to another number, within 10 minutes of logging in, with a code sent"
        " there by `auth/code/`. All other sessions end. The account stays the same: id, invite"
        " code, invitees. The old number gets a message and is free for a new account. Asking for"
        " the account's own number changes nothing.",
        operation_id="change_phone",
        request=LoginRequestSerializer,
        sent={"phone": "+79161112233", "code": "0421", "ticket": "kq0Y2mA7d3uQv4m1Zc8x5w"},
        answer=ProfileSerializer,
        answered="The profile with its new number.",
        example={**OWN, "phone": "+79161112233"},
        errors=(
            InvalidPhone,
            InvalidCode,
            *NEEDS_LOGIN,
            StaffPhone,
            FreshLoginRequired,
            PhoneTaken,
            TooManyAttempts,
            errors.InviteCodesExhausted,
        ),
    ),
    "destroy": describe(
        "Delete my account",
        "Deletes the account and its personal data at once and for good. Invitees still see the"
        " code they activated; the inviter's count goes down by one. The phone may register again,"
        " as a new user.",
        operation_id="delete_profile",
        answered="The account has been deleted.",
        errors=NEEDS_LOGIN,
    ),
    "activate": describe(
        "Activate an invite code",
        "Makes the user an invitee of the code's owner, once and for good. The same code again gets"
        " the same answer, so the call may be repeated. The inviter will see the user's phone.",
        operation_id="activate_invite_code",
        request=ActivationRequestSerializer,
        sent={"invite_code": "7K2M9X"},
        answer=ProfileSerializer,
        answered="The profile with the activated code.",
        example=OWN,
        errors=(
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
        "Everyone who activated the user's invite code, newest first. Follow `next` until it is"
        " null.",
        operation_id="list_invitees",
        answer=InviteeSerializer(many=True),
        answered="A page of invitees.",
        example=INVITEE,
        errors=(*NEEDS_LOGIN, *NO_SUCH_PAGE),
    ),
}

USERS = {
    "list": describe(
        "List all users",
        f"{FOR_STAFF} Every user, newest first. Follow `next` until it is null.",
        operation_id="list_users",
        parameters=[
            OpenApiParameter(
                "search",
                str,
                description="A phone, its beginning, or an invite code.",
            )
        ],
        answer=UserSerializer(many=True),
        answered="A page of users.",
        example=USER,
        errors=(*NEEDS_STAFF, *NO_SUCH_PAGE),
        links={"show": SHOW_NEWEST},
    ),
    "retrieve": describe(
        "Get a user",
        f"{FOR_STAFF} One user, by id.",
        operation_id="show_user",
        answer=UserSerializer,
        answered="The user.",
        example=USER,
        errors=(*NEEDS_STAFF, NotFound),
    ),
}

receivers_may_raise("log_in", errors.InviteCodesExhausted)  # a first login draws a code
