"""What a browser may load and run on our pages: the policy of `CONTENT_SECURITY_POLICY`."""

from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponseBase


class PagePolicy(CSPMiddleware):
    """django-csp for all that a browser shows; answers of the API are no pages and pay nothing."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, with the policy that applies to it."""
        if request.path_info.startswith("/api/v1/"):
            return self.get_response(request)  # type: ignore[return-value]
        return super().__call__(request)  # type: ignore[return-value]
