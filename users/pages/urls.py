"""The pages of login and sessions."""

from django.urls import path
from django.views.i18n import set_language

from users.pages import views

urlpatterns = [
    path("", views.phone, name="phone"),
    path("code/", views.code, name="code"),
    path("code/resend/", views.resend, name="resend"),
    path("language/", set_language, name="set_language"),
    path("profile/logout/", views.log_out, name="log_out"),
    path("profile/sessions/end-others/", views.end_other_sessions, name="end_other_sessions"),
    path("profile/sessions/<uuid:pk>/end/", views.end_session, name="end_session"),
]
