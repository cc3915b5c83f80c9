"""Login and sessions, below the version's prefix."""

from django.urls import path

from users.api import ids  # noqa: F401  # the converter <id:…>
from users.api.views import LoginViewSet, SessionViewSet

urlpatterns = [
    path("auth/code/", LoginViewSet.as_view({"post": "send_code"})),
    path("auth/token/", LoginViewSet.as_view({"post": "log_in"})),
    path("auth/token/refresh/", LoginViewSet.as_view({"post": "refresh"})),
    path("auth/token/verify/", LoginViewSet.as_view({"post": "verify"})),
    path("auth/logout/", SessionViewSet.as_view({"post": "log_out"})),
    path("auth/sessions/", SessionViewSet.as_view({"get": "list", "delete": "end_others"})),
    path("auth/sessions/<id:pk>/", SessionViewSet.as_view({"delete": "end"})),
]
