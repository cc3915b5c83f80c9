"""All URLs; the only module that knows both apps."""

import sys
from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path, re_path
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page
from django.views.defaults import bad_request, page_not_found, permission_denied, server_error
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularRedocView,
    SpectacularSwaggerSplitView,
)
from rest_framework import exceptions
from rest_framework.negotiation import DefaultContentNegotiation

from config.web import errors, health
from config.web.json_api import is_api
from config.web.robots import robots

docs: dict[str, Any] = {"authentication_classes": [], "permission_classes": []}
# Swagger UI and ReDoc set inline styles and embed images.
styled = {"style-src": [SELF, UNSAFE_INLINE], "img-src": [SELF, "data:"]}
searching = {**styled, "worker-src": ["blob:"]}

schema = SpectacularAPIView.as_view(content_negotiation_class=DefaultContentNegotiation, **docs)
swagger = SpectacularSwaggerSplitView.as_view(url_name="schema", **docs)
redoc = SpectacularRedocView.as_view(url_name="schema", template_name="redoc.html", **docs)


def kept(view: Any) -> Any:
    """Compress the view's responses and let clients cache and revalidate them by ETag."""
    return cache_control(no_cache=True)(gzip_page(conditional_page(view)))


urlpatterns = [
    path("api/", errors.start),
    path("api/v1/", errors.start),
    path("api/v1/", include("referrals.api.urls")),
    path("api/v1/", include("users.api.urls")),
    path("api/schema/", kept(schema), name="schema"),
    path("api/docs/", csp_replace(styled)(swagger), name="swagger"),
    path("api/redoc/", csp_replace(searching)(redoc), name="redoc"),
    re_path(r"^api/(?P<path>.*)$", errors.not_found),
    path("", include("users.pages.urls")),
    path("", include("referrals.pages.urls")),
    path("admin/", admin.site.urls),
    path("robots.txt", robots),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]
if settings.PLAYGROUND:
    from config.playground.views import start

    urlpatterns.append(path("start/", start, name="start"))


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that Django refuses itself, such as one with a foreign Host."""
    if is_api(request):
        return errors.failure(request, exceptions.ParseError())
    if isinstance(exception, RequestDataTooBig):
        return render(request, "413.html", status=413)
    return bad_request(request, exception)


def handler403(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Permission denied outside of API views."""
    if is_api(request):
        return errors.failure(request, exceptions.PermissionDenied())
    return permission_denied(request, exception)


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Page not found, or no such call."""
    if is_api(request):
        return errors.not_found(request)
    return page_not_found(request, exception)


def handler500(request: HttpRequest) -> HttpResponse:
    """An unforeseen error outside of API views, or an unavailable database."""
    error = errors.recognize(sys.exception())
    if not isinstance(error, errors.Refused):
        error = exceptions.APIException()
    if is_api(request):
        return errors.failure(request, error)
    answer = server_error(request)
    answer.status_code = error.status_code
    return answer
