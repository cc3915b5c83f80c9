"""Profiles, below the version's prefix."""

from django.urls import path

from referrals.api.views import InviteeViewSet, ProfileViewSet, UserViewSet
from users.api import ids  # noqa: F401  # the converter <id:…>

urlpatterns = [
    path(
        "profile/",
        ProfileViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path("profile/phone/", ProfileViewSet.as_view({"put": "change_phone"})),
    path("profile/activate/", ProfileViewSet.as_view({"post": "activate"})),
    path("profile/invitees/", InviteeViewSet.as_view({"get": "list"}), name="invitees"),
    path("profiles/", UserViewSet.as_view({"get": "list"})),
    path("profiles/<id:pk>/", UserViewSet.as_view({"get": "retrieve"})),
]
