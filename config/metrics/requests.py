"""Measures requests and serves the page that Prometheus reads."""

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from prometheus_client import CONTENT_TYPE_LATEST, Histogram

from config.metrics import events  # noqa: F401  # starts listening
from config.metrics.registry import NAMESPACE, REGISTRY, exposition

PATH = "/metrics"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
UNKNOWN = "unknown"
_CATCH_ALL = ".*)$"

SECONDS = Histogram(
    "request_seconds",
    "Requests by route, method and status, and how long they took in the application.",
    ("route", "method", "status"),
    namespace=NAMESPACE,
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40),
)


class Metrics:
    """Measures each request and answers `/metrics`.

    Requests through a proxy don't come from Prometheus and get a 404. `/metrics` is answered before
    Django checks the host, since Prometheus may call this server by any name.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._series: dict[tuple[str, str, int], Histogram] = {}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info == PATH and "HTTP_X_FORWARDED_FOR" not in request.META:
            return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)
        began = time.perf_counter()
        answer = self._get_response(request)
        took = time.perf_counter() - began
        method = request.method if request.method in METHODS else "other"
        key = (route_of(request), str(method), answer.status_code)
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = SECONDS.labels(*key)
        series.observe(took)
        return answer


def route_of(request: HttpRequest) -> str:
    """The URL pattern of the path: one of few, whatever paths people make up."""
    match = request.resolver_match
    if match is None:
        return "static" if request.path_info.startswith(settings.STATIC_URL) else UNKNOWN
    return UNKNOWN if match.route.endswith(_CATCH_ALL) else match.route
