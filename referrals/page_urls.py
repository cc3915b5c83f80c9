"""The pages of the profile, and the invite link."""

from django.urls import path

from referrals import pages

urlpatterns = [
    path("profile/", pages.profile, name="profile"),
    path("profile/activate/", pages.activate, name="activate"),
    path("profile/names/", pages.change_names, name="change_names"),
    path("profile/invitees/", pages.invitees, name="own_invitees"),
    path("profile/delete/", pages.delete, name="delete"),
    path("i/<str:code>", pages.invitation, name="invitation"),
]
