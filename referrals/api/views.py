"""The profile and its invitees over HTTP: read the input, call the rules, answer."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet, ViewSet

from referrals import deletion, invites, profiles
from referrals.api import docs
from referrals.api.authentication import ProfileAuthentication
from referrals.api.serializers import (
    ActivationRequestSerializer,
    InviteeSerializer,
    ProfileUpdateSerializer,
    UserSerializer,
)
from referrals.models import Activation
from referrals.pagination import InviteePages, ProfileInvitees, UserPages
from referrals.search import search_users
from users import login
from users.api.authentication import SessionTokenAuthentication
from users.api.openapi import described
from users.api.requests import client, me, session_id, validated
from users.api.serializers import LoginRequestSerializer
from users.models import User


class MayViewUsers(BasePermission):
    """Staff with the right to view users."""

    def has_permission(self, request: Request, view: Any) -> bool:
        user = request.user
        return bool(getattr(user, "is_staff", False) and user.has_perm("users.view_user"))


@extend_schema(tags=["Profile"])
@described(docs.PROFILE)
class ProfileViewSet(ViewSet):
    """The caller's own account."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Only GET reads the profile with the access check; other calls change it first."""
        showing = self.request is None or self.request.method == "GET"
        return [ProfileAuthentication() if showing else SessionTokenAuthentication()]

    def retrieve(self, request: Request) -> Response:
        return _profile(request)

    def partial_update(self, request: Request) -> Response:
        profiles.change_names(me(request), **validated(ProfileUpdateSerializer, request))
        return _profile(request)

    def change_phone(self, request: Request) -> Response:
        data, mine = validated(LoginRequestSerializer, request), session_id(request)
        ticket = data.get("ticket") or ""
        login.change_phone(me(request), mine, data["phone"], data["code"], client(request), ticket)
        return _profile(request)

    def destroy(self, request: Request) -> Response:
        deletion.erase(me(request))
        return Response(status=204)

    def activate(self, request: Request) -> Response:
        invites.activate(
            me(request), validated(ActivationRequestSerializer, request)["invite_code"]
        )
        return _profile(request)


@extend_schema(tags=["Profile"])
@described(docs.INVITEES)
class InviteeViewSet(GenericViewSet[Activation]):
    """Those who activated the caller's code."""

    serializer_class = InviteeSerializer
    pagination_class = InviteePages
    queryset = Activation.objects.none()

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(invites.invitees_of(me(request)))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


@extend_schema(tags=["Staff"])
@extend_schema_view(**docs.USERS)
class UserViewSet(ReadOnlyModelViewSet[User]):
    """All users, for staff."""

    permission_classes = (MayViewUsers,)
    serializer_class = UserSerializer
    pagination_class = UserPages
    queryset = User.objects.select_related("invite_code", "activation")

    def get_queryset(self) -> QuerySet[User]:
        """All users, or those with the searched phone or invite code."""
        search = self.request.query_params.get("search", "").strip()
        return search_users(self.queryset, search) if search else self.queryset


def _profile(request: Request) -> Response:
    user = me(request)
    referral = user.referral or profiles.referral_of(user)
    return Response(
        {
            "id": user.pk,
            "phone": user.phone,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "email": user.email,
            "invite_code": referral.invite_code,
            "invite_link": referral.invite_link,
            "activated_invite_code": referral.activated_invite_code,
            "activated_at": referral.activated_at,
            "invitees_count": referral.invitees_count,
            "invitees": [*referral.newest][: profiles.SHOWN],
            "invitees_next": ProfileInvitees([*referral.newest.values()]).link_to_next(request),
        }
    )
