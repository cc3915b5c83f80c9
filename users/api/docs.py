"""The schema's description of each call: texts, examples, errors, links."""

from rest_framework.exceptions import NotFound

from users import errors
from users.api.openapi import NEEDS_LOGIN, describe
from users.api.serializers import (
    CodeSentSerializer,
    LoggedInSerializer,
    LoginRequestSerializer,
    RefreshRequestSerializer,
    SendCodeRequestSerializer,
    SessionSerializer,
    TokenPairSerializer,
    VerifiedTokenSerializer,
    VerifyRequestSerializer,
)
from users.sessions.lifecycle import SHOWN

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

# Of an answer as the next request, the fields that it doesn't know are ignored. Parts of one would
# be objects here, which the validator of openapi-generator takes for an error.
ANSWER = "$response.body"
USE_CODE = {
    "operationId": "log_in",
    "description": "With the simulated gateway the answer is the body of this call.",
    "requestBody": ANSWER,
}
USE_REFRESH = {
    "operationId": "refresh_tokens",
    "description": "The answer has the refresh token for the next pair.",
    "requestBody": ANSWER,
}
END_NEWEST = {
    "operationId": "end_session",
    "description": "Ends a session from the list.",
    "parameters": {"id": "$response.body#/0/id"},
}

LOGIN = {
    "send_code": describe(
        "Send a code by SMS",
        "Sends a one-time code to a phone. This takes 1 to 2 seconds with the simulated gateway,"
        " otherwise as long as the gateway needs. The response is the same whether or not the phone"
        " is registered.\n\n"
        "Keep the `ticket`. If you send it with the code, the code works from any network; if you"
        " send it when asking again, the same code is sent again. You can ask again after"
        " `resend_in` seconds.",
        operation_id="send_code",
        request=SendCodeRequestSerializer,
        sent={"phone": "+7 916 123-45-67"},
        answer=CodeSentSerializer,
        answered="The code is on its way.",
        example={
            "phone": "+79161234567",
            "ticket": TICKET,
            "code_length": 4,
            "expires_in": 300,
            "resend_in": 60,
            "code": "0421",
        },
        errors=(
            errors.InvalidPhone,
            errors.InvalidTicket,
            errors.CodeRecentlySent,
            errors.TooManyCodes,
            errors.SmsUnavailable,
        ),
        links={"log_in": USE_CODE},
    ),
    "log_in": describe(
        "Log in with the code",
        "Exchanges the code from the SMS for a pair of tokens. A phone never seen before becomes a"
        " new user with an invite code.\n\n"
        "A code can be entered 3 times with its ticket, and 3 times without it from the network"
        " that asked for it; `meta.attempts_left` counts down. After that, ask for a new code; this"
        " is possible at once.",
        operation_id="log_in",
        request=LoginRequestSerializer,
        sent={"phone": "+79161234567", "code": "0421", "ticket": TICKET},
        answer=LoggedInSerializer,
        answered="Logged in.",
        example={"access": TOKEN, "refresh": TOKEN, "expires_in": 600, "is_new_user": True},
        errors=(errors.InvalidPhone, errors.InvalidCode, errors.TooManyAttempts),
        links={"refresh": USE_REFRESH},
    ),
    "refresh": describe(
        "Get the next pair of tokens",
        "Exchanges a refresh token for the next pair. Call it when the access token has expired,"
        " not before every call.\n\n"
        "If the answer got lost, repeat the call within 60 s: it gives the same pair. A token that"
        " was exchanged earlier must have been copied, so it ends the session.",
        operation_id="refresh_tokens",
        request=RefreshRequestSerializer,
        sent={"refresh": TOKEN},
        answer=TokenPairSerializer,
        answered="The next pair.",
        example={"access": TOKEN, "refresh": TOKEN, "expires_in": 600},
        errors=(errors.TokenNotValid, errors.TooMany),
        links={"refresh_again": USE_REFRESH},
    ),
    "verify": describe(
        "Check a token",
        "Returns the user, the session and the expiry of an access token, or of a session's current"
        " refresh token. For back ends that get a token from a client.",
        operation_id="verify_token",
        request=VerifyRequestSerializer,
        sent={"token": TOKEN},
        answer=VerifiedTokenSerializer,
        answered="The token is valid.",
        example={
            "token_type": "access",
            "user_id": USER_ID,
            "session_id": SESSION["id"],
            "expires_at": "2026-01-31T12:20:00Z",
        },
        errors=(errors.TokenNotValid,),
    ),
}

SESSIONS = {
    "log_out": describe(
        "Log out",
        "Ends the session of the access token. Both its tokens stop working at once, on every"
        " server.",
        operation_id="log_out",
        answered="Logged out.",
        errors=NEEDS_LOGIN,
    ),
    "list": describe(
        "List my sessions",
        "The user's live sessions, one for each login, last used first, at most 100.",
        operation_id="list_sessions",
        answer=SessionSerializer(many=True),
        answered="The live sessions.",
        most=SHOWN,
        example=SESSION,
        errors=NEEDS_LOGIN,
        links={"end": END_NEWEST},
    ),
    "end_others": describe(
        "Log out everywhere else",
        "Ends all of the user's sessions except the current one.",
        operation_id="end_other_sessions",
        answered="All other sessions have ended.",
        errors=NEEDS_LOGIN,
    ),
    "end": describe(
        "End one of my sessions",
        "Logs out one device: its tokens stop working at once. The id comes from `GET"
        " auth/sessions/`; it may be the current session's.",
        operation_id="end_session",
        answered="The session has ended.",
        errors=(*NEEDS_LOGIN, NotFound),
    ),
}
