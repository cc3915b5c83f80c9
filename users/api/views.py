"""Login and sessions over HTTP: read input, call the rules, answer."""

from datetime import UTC, datetime
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from users import login
from users.api import docs
from users.api.openapi import described
from users.api.requests import client, me, session_id, validated
from users.api.serializers import (
    LoginRequestSerializer,
    RefreshRequestSerializer,
    SendCodeRequestSerializer,
    SessionSerializer,
    VerifyRequestSerializer,
)
from users.sessions import lifecycle, tokens


@extend_schema(tags=["Login"], auth=[])
@described(docs.LOGIN)
class LoginViewSet(ViewSet):
    """Calls that need no login."""

    authentication_classes = ()
    permission_classes = ()

    def send_code(self, request: Request) -> Response:
        data = validated(SendCodeRequestSerializer, request)
        sent = login.send_code(data["phone"], client(request), data.get("ticket") or "")
        return Response({name: value for name, value in vars(sent).items() if value is not None})

    def log_in(self, request: Request) -> Response:
        data = validated(LoginRequestSerializer, request)
        ticket = data.get("ticket") or ""
        done = login.confirm_code(data["phone"], data["code"], client(request), ticket)
        return Response({**tokens.pair(done.session), "is_new_user": done.is_new_user})

    def refresh(self, request: Request) -> Response:
        refresh = validated(RefreshRequestSerializer, request)["refresh"]
        return Response(lifecycle.rotate(refresh, client(request)))

    def verify(self, request: Request) -> Response:
        token = lifecycle.verify(validated(VerifyRequestSerializer, request)["token"])
        return Response(
            {
                "token_type": token.token_type,
                "user_id": token["sub"],
                "session_id": token["sid"],
                "expires_at": datetime.fromtimestamp(token["exp"], UTC),
            }
        )


@extend_schema(tags=["Sessions"])
@described(docs.SESSIONS)
class SessionViewSet(ViewSet):
    """The user's own sessions."""

    def log_out(self, request: Request) -> Response:
        mine = session_id(request)
        lifecycle.end_one(me(request).pk, mine, client(request), current=mine)
        return Response(status=204)

    def list(self, request: Request) -> Response:
        mine = lifecycle.sessions_of(me(request).pk)
        context = {"current": session_id(request)}
        return Response(SessionSerializer(mine, many=True, context=context).data)

    def end_others(self, request: Request) -> Response:
        lifecycle.end_others(me(request).pk, client(request), current=session_id(request))
        return Response(status=204)

    def end(self, request: Request, pk: UUID) -> Response:
        user, mine = me(request).pk, session_id(request)
        if not lifecycle.end_one(user, pk, client(request), current=mine):
            raise NotFound
        return Response(status=204)
