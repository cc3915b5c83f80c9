"""All addresses; the only place that knows every app."""

import sys
from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views.defaults import bad_request, page_not_found, permission_denied, server_error
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularRedocView,
    SpectacularSwaggerSplitView,
)
from rest_framework import exceptions
from rest_framework.negotiation import DefaultContentNegotiation

from config.web import errors, health

docs: dict[str, Any] = {"authentication_classes": [], "permission_classes": []}
# Swagger UI and ReDoc style themselves as they go, and carry their pictures inside.
styled = {"style-src": [SELF, UNSAFE_INLINE], "img-src": [SELF, "data:"]}
searching = {**styled, "worker-src": ["blob:"]}

swagger = SpectacularSwaggerSplitView.as_view(url_name="schema", **docs)
redoc = SpectacularRedocView.as_view(url_name="schema", template_name="redoc.html", **docs)

urlpatterns = [
    path("api/v1/", include("users.api.urls")),
    path("api/v1/", include("referrals.api.urls")),
    path(
        "api/schema/",
        SpectacularAPIView.as_view(content_negotiation_class=DefaultContentNegotiation, **docs),
        name="schema",
    ),
    path("api/docs/", csp_replace(styled)(swagger), name="swagger"),
    path("api/redoc/", csp_replace(searching)(redoc), name="redoc"),
    re_path(r"^api/(?P<path>.*)$", errors.not_found),
    path("", include("users.pages.urls")),
    path("", include("referrals.pages.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request Django itself refuses, such as one with a foreign Host."""
    if request.path.startswith("/api/"):
        return errors.failure(request, exceptions.ParseError("Bad request."))
    return bad_request(request, exception)


def handler403(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Permission denied outside of API views."""
    if request.path.startswith("/api/"):
        return errors.failure(request, exceptions.PermissionDenied())
    return permission_denied(request, exception)


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page."""
    if request.path.startswith("/api/"):
        return errors.not_found(request)
    return page_not_found(request, exception)


def handler500(request: HttpRequest) -> HttpResponse:
    """An unforeseen error outside of API views, or a database that is away."""
    error = errors.recognize(sys.exception())
    if not isinstance(error, errors.Refused):
        error = exceptions.APIException()
    if request.path.startswith("/api/"):
        return errors.failure(request, error)
    answer = server_error(request)
    answer.status_code = error.status_code
    return answer
