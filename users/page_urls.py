"""The pages of login and sessions."""

from django.urls import path
from django.views.i18n import set_language

from users import pages

urlpatterns = [
    path("", pages.phone, name="phone"),
    path("code/", pages.code, name="code"),
    path("code/resend/", pages.resend, name="resend"),
    path("language/", set_language, name="set_language"),
    path("profile/logout/", pages.log_out, name="log_out"),
    path("profile/sessions/end-others/", pages.end_other_sessions, name="end_other_sessions"),
    path("profile/sessions/<uuid:pk>/end/", pages.end_session, name="end_session"),
]
