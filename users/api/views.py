"""Login and sessions over HTTP: read the input, call the rules, say what came of it."""

from typing import Any, cast
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from users import errors, login
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
)
from users.clients import client_address
from users.models import Session, User
from users.sessions import lifecycle

TOKEN = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0b2tlbl90eXBlIjoiIn0.c2lnbmF0dXJl"  # noqa: S105

SESSION = {
    "id": "0b6c3c1e-6f6d-4b3e-9d0a-5a1f0c7f2f11",
    "created_at": "2026-01-31T12:00:00Z",
    "last_used_at": "2026-01-31T12:10:00Z",
    "user_agent": "Mozilla/5.0",
    "ip": "203.0.113.7",
    "current": True,
}


def validated(serializer: Any, request: Request) -> Any:
    """Read the request's body as `serializer` does. Raises `ValidationError`."""
    filled = serializer(data=request.data)
    filled.is_valid(raise_exception=True)
    return filled.validated_data


def me(request: Request) -> User:
    """Return the user who asks; permission classes let nobody else come this far."""
    return cast("User", request.user)


def session_id(request: Request) -> UUID:
    """Return the id of the session that asks."""
    return cast("UUID", request.auth)


@extend_schema(tags=["Login"], auth=[])
class LoginViewSet(ViewSet):
    """For everybody: nobody is logged in yet."""

    authentication_classes = ()
    permission_classes = ()

    @describe(
        "Send a code by SMS",
        description="Takes 1 to 2 seconds. Known and unknown phones are answered alike.",
        operation_id="send_code",
        request=PhoneSerializer,
        sent={"phone": "+7 916 123-45-67"},
        answer=SentSerializer,
        example={
            "phone": "+79161234567",
            "code_length": 4,
            "expires_in": 300,
            "resend_in": 60,
            "code": "0421",
        },
        errors=(
            *TAKES_JSON,
            errors.InvalidPhone,
            errors.CodeRecentlySent,
            errors.TooManyCodes,
            errors.SmsUnavailable,
        ),
    )
    def send_code(self, request: Request) -> Response:
        sent = login.send_code(validated(PhoneSerializer, request)["phone"], request)
        answer = {name: value for name, value in vars(sent).items() if value is not None}
        return Response(answer)

    @describe(
        "Log in with the code",
        description="A phone never seen before becomes a new user with an invite code.",
        operation_id="log_in",
        request=CodeSerializer,
        sent={"phone": "+79161234567", "code": "0421"},
        answer=LoginSerializer,
        example={"access": TOKEN, "refresh": TOKEN, "is_new_user": True},
        errors=(
            *TAKES_JSON,
            errors.InvalidPhone,
            errors.InvalidCode,
            errors.TooManyAttempts,
        ),
    )
    def log_in(self, request: Request) -> Response:
        data = validated(CodeSerializer, request)
        done = login.confirm_code(data["phone"], data["code"], request)
        return Response({**lifecycle.pair(done.session), "is_new_user": done.is_new_user})

    @describe(
        "Exchange a refresh token for the next pair",
        description="The used token is answered again for 60 s; later it ends the session.",
        operation_id="refresh_tokens",
        request=RefreshSerializer,
        sent={"refresh": TOKEN},
        answer=PairSerializer,
        example={"access": TOKEN, "refresh": TOKEN},
        errors=(*TAKES_JSON, errors.TokenNotValid, errors.TooMany),
    )
    def refresh(self, request: Request) -> Response:
        return Response(lifecycle.rotate(validated(RefreshSerializer, request)["refresh"], request))

    @describe(
        "Check a token",
        operation_id="verify_token",
        request=TokenSerializer,
        sent={"token": TOKEN},
        answer={"type": "object"},
        example={},
        errors=(*TAKES_JSON, errors.TokenNotValid),
    )
    def verify(self, request: Request) -> Response:
        lifecycle.check(validated(TokenSerializer, request)["token"])
        return Response({})


@extend_schema(tags=["Sessions"])
class SessionViewSet(ViewSet):
    """For the user who asks: where they are logged in."""

    @describe("Log out", operation_id="log_out", errors=NEEDS_LOGIN)
    def log_out(self, request: Request) -> Response:
        current = Session.objects.filter(pk=session_id(request))
        lifecycle.end(current, me(request).pk, client_address(request), "logout")
        return Response(status=204)

    @describe(
        "List one's sessions",
        operation_id="list_sessions",
        answer=SessionSerializer(many=True),
        example=SESSION,
        errors=NEEDS_LOGIN,
    )
    def list(self, request: Request) -> Response:
        mine = Session.objects.live().filter(user=me(request))[:100]
        context = {"current": session_id(request)}
        return Response(SessionSerializer(mine, many=True, context=context).data)

    @describe("End all other sessions", operation_id="end_other_sessions", errors=NEEDS_LOGIN)
    def end_others(self, request: Request) -> Response:
        others = Session.objects.filter(user=me(request)).exclude(pk=session_id(request))
        lifecycle.end(others, me(request).pk, client_address(request), "ended by user")
        return Response(status=204)

    @describe("End a session", operation_id="end_session", errors=(*NEEDS_LOGIN, NotFound))
    def end(self, request: Request, pk: UUID) -> Response:
        mine = Session.objects.live().filter(user=me(request), pk=pk)
        if not lifecycle.end(mine, me(request).pk, client_address(request), "ended by user"):
            raise NotFound
        return Response(status=204)
