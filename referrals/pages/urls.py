"""The pages of the profile, and the invite link."""

from django.urls import path

from referrals.pages import views

urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/activate/", views.activate, name="activate"),
    path("profile/names/", views.change_names, name="change_names"),
    path("profile/invitees/", views.invitees, name="own_invitees"),
    path("profile/delete/", views.delete, name="delete"),
    path("i/<str:code>", views.invitation, name="invitation"),
]
