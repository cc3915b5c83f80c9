"""The profile and its invitees over HTTP: read the input, call the rules, say what came of it."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet, ViewSet

from referrals import deletion, errors, invites, profiles
from referrals.api.authentication import ProfileAuthentication
from referrals.api.serializers import (
    InviteCodeSerializer,
    InviteeSerializer,
    NamesSerializer,
    ProfileSerializer,
    UserSerializer,
)
from referrals.models import Activation
from referrals.pagination import InviteePages, ProfileInvitees, UserPages
from referrals.search import search_users
from users.api.authentication import SessionTokenAuthentication
from users.api.openapi import NEEDS_LOGIN, NEEDS_STAFF, TAKES_JSON, describe
from users.api.requests import me, validated
from users.models import User

PROFILE = {
    "id": "019a7e1c-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
    "phone": "+79161234567",
    "first_name": "Anna",
    "last_name": "",
    "email": "",
    "invite_code": "4FG7TN",
    "invite_link": "https://example.org/i/4FG7TN",
    "activated_invite_code": "7K2M9X",
    "activated_at": "2026-01-31T12:00:00Z",
    "invitees_count": 1,
    "invitees": ["+79167654321"],
    "invitees_next": None,
}
USER = {
    "id": "019a7e1c-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
    "phone": "+79161234567",
    "first_name": "Anna",
    "last_name": "",
    "email": "",
    "is_active": True,
    "date_joined": "2026-01-31T11:00:00Z",
    "invite_code": "4FG7TN",
    "invitees_count": 1,
    "activated_invite_code": "7K2M9X",
    "activated_at": "2026-01-31T12:00:00Z",
}


@extend_schema(tags=["Profile"])
class ProfileViewSet(ViewSet):
    """For the user who asks: their own account and nobody else's."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Show the profile in one query; other calls change it first."""
        showing = self.request is None or self.request.method == "GET"
        return [ProfileAuthentication() if showing else SessionTokenAuthentication()]

    @describe(
        "Show one's profile",
        operation_id="show_profile",
        answer=ProfileSerializer,
        example=PROFILE,
        errors=(*NEEDS_LOGIN, errors.InviteCodesExhausted),
    )
    def retrieve(self, request: Request) -> Response:
        return _profile(request)

    @describe(
        "Change one's name and email",
        operation_id="change_profile",
        request=NamesSerializer,
        sent={"first_name": "Anna"},
        answer=ProfileSerializer,
        example=PROFILE,
        errors=(*TAKES_JSON, *NEEDS_LOGIN, errors.InviteCodesExhausted),
    )
    def partial_update(self, request: Request) -> Response:
        changes = NamesSerializer(me(request), data=request.data, partial=True)
        changes.is_valid(raise_exception=True)
        User.objects.filter(pk=me(request).pk).update(**changes.validated_data)
        for name, value in changes.validated_data.items():
            setattr(me(request), name, value)
        return _profile(request)

    @describe("Delete one's account", operation_id="delete_profile", errors=NEEDS_LOGIN)
    def destroy(self, request: Request) -> Response:
        deletion.erase(me(request))
        return Response(status=204)

    @describe(
        "Activate somebody's invite code",
        description="Possible once; the same code again is answered as before.",
        operation_id="activate_invite_code",
        request=InviteCodeSerializer,
        sent={"invite_code": "7K2M9X"},
        answer=ProfileSerializer,
        example=PROFILE,
        errors=(
            *TAKES_JSON,
            errors.OwnInviteCode,
            errors.UnknownInviteCode,
            *NEEDS_LOGIN,
            errors.AlreadyActivated,
            errors.TooManyInviteCodes,
            errors.InviteCodesExhausted,
        ),
    )
    def activate(self, request: Request) -> Response:
        invites.activate(me(request), validated(InviteCodeSerializer, request)["invite_code"])
        return _profile(request)


@extend_schema(tags=["Profile"])
class InviteeViewSet(GenericViewSet[Activation]):
    """For the user who asks: who entered their code."""

    serializer_class = InviteeSerializer
    pagination_class = InviteePages
    queryset = Activation.objects.none()

    @describe(
        "List one's invitees",
        operation_id="list_invitees",
        answer=InviteeSerializer(many=True),
        example={"phone": "+79167654321", "activated_at": "2026-01-31T12:00:00Z"},
        errors=(*NEEDS_LOGIN, NotFound),
    )
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(invites.invitees_of(me(request)))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


@extend_schema(tags=["Staff"])
@extend_schema_view(
    list=describe(
        "List all users",
        operation_id="list_users",
        parameters=[OpenApiParameter("search", str, description="A phone or an invite code.")],
        answer=UserSerializer(many=True),
        example=USER,
        errors=(*NEEDS_STAFF, NotFound),
    ),
    retrieve=describe(
        "Show a user",
        operation_id="show_user",
        answer=UserSerializer,
        example=USER,
        errors=(*NEEDS_STAFF, NotFound),
    ),
)
class UserViewSet(ReadOnlyModelViewSet[User]):
    """For staff: every user."""

    permission_classes = (IsAdminUser,)
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
            "invitees": [invitee.phone for invitee in referral.newest[: profiles.SHOWN]],
            "invitees_next": ProfileInvitees(referral.newest).link_to_next(request),
        }
    )
