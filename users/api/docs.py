"""What the schema says of each call: summary, examples, errors."""

from rest_framework.exceptions import NotFound

from users import errors
from users.api.openapi import NEEDS_LOGIN, TAKES_JSON, describe
from users.api.serializers import (
    CodeSerializer,
    LoginSerializer,
    PairSerializer,
    PhoneSerializer,
    RefreshSerializer,
    SentSerializer,
    SessionSerializer,
    TokenSerializer,
    VerifiedSerializer,
)

TOKEN = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0b2tlbl90eXBlIjoiIn0.c2lnbmF0dXJl"  # noqa: S105
TICKET = "kq0Y2mA7d3uQv4m1Zc8x5w"
SESSION = {
    "id": "019a7e1c-6f6d-7b3e-9d0a-5a1f0c7f2f11",
    "created_at": "2026-01-31T12:00:00Z",
    "last_used_at": "2026-01-31T12:10:00Z",
    "user_agent": "Mozilla/5.0",
    "ip": "203.0.113.7",
    "current": True,
}
USER_ID = "019a7e1c-1a2b-7c3d-8e4f-5a6b7c8d9e0f"

LOGIN = {
    "send_code": describe(
        "Send a code by SMS",
        description=(
            "Takes 1 to 2 seconds. The response is the same whether or not the phone is"
            " registered. It opens a challenge, which the `ticket` names: send the ticket along"
            " with the code, from whatever network, and when asking for the code again."
        ),
        operation_id="send_code",
        request=PhoneSerializer,
        sent={"phone": "+7 916 123-45-67"},
        answer=SentSerializer,
        example={
            "phone": "+79161234567",
            "ticket": TICKET,
            "code_length": 4,
            "expires_in": 300,
            "resend_in": 60,
            "code": "0421",
        },
        errors=(
            *TAKES_JSON,
            errors.InvalidPhone,
            errors.InvalidTicket,
            errors.CodeRecentlySent,
            errors.TooManyCodes,
            errors.SmsUnavailable,
        ),
    ),
    "log_in": describe(
        "Log in with the code",
        description=(
            "A phone never seen before becomes a new user with an invite code. Without the ticket"
            " the code counts only on the network that asked for it."
        ),
        operation_id="log_in",
        request=CodeSerializer,
        sent={"phone": "+79161234567", "code": "0421", "ticket": TICKET},
        answer=LoginSerializer,
        example={"access": TOKEN, "refresh": TOKEN, "expires_in": 600, "is_new_user": True},
        errors=(*TAKES_JSON, errors.InvalidPhone, errors.InvalidCode, errors.TooManyAttempts),
    ),
    "refresh": describe(
        "Exchange a refresh token for the next pair",
        description=(
            "The token just used is answered with the same pair for 60 s, since an answer may get"
            " lost. Anything older means that it was copied, and ends the session."
        ),
        operation_id="refresh_tokens",
        request=RefreshSerializer,
        sent={"refresh": TOKEN},
        answer=PairSerializer,
        example={"access": TOKEN, "refresh": TOKEN, "expires_in": 600},
        errors=(*TAKES_JSON, errors.TokenNotValid, errors.TooMany),
    ),
    "verify": describe(
        "Check a token",
        description="An access token, or the current refresh token of a session.",
        operation_id="verify_token",
        request=TokenSerializer,
        sent={"token": TOKEN},
        answer=VerifiedSerializer,
        example={
            "token_type": "access",
            "user_id": USER_ID,
            "session_id": SESSION["id"],
            "expires_at": "2026-01-31T12:20:00Z",
        },
        errors=(*TAKES_JSON, errors.TokenNotValid),
    ),
}

SESSIONS = {
    "log_out": describe(
        "Log out",
        description="Ends the session that asks: both its tokens are dead at once.",
        operation_id="log_out",
        errors=NEEDS_LOGIN,
    ),
    "list": describe(
        "List my sessions",
        description="Live sessions, last used first, at most 100.",
        operation_id="list_sessions",
        answer=SessionSerializer(many=True),
        example=SESSION,
        errors=NEEDS_LOGIN,
    ),
    "end_others": describe(
        "Log out everywhere else",
        description="Ends all my sessions but the one that asks.",
        operation_id="end_other_sessions",
        errors=NEEDS_LOGIN,
    ),
    "end": describe(
        "End one of my sessions", operation_id="end_session", errors=(*NEEDS_LOGIN, NotFound)
    ),
}
