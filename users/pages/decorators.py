"""What all pages share: no caching, refusals as error pages, required logins."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from users.errors import Refusal, TokenNotValid
from users.pages import browser

View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """A page that is never cached; refusals that it doesn't handle become error pages."""

    @wraps(view)
    def shown(request: HttpRequest, **found: Any) -> HttpResponse:
        try:
            return view(request, **found)
        except TokenNotValid:  # the account was deleted a moment ago
            return redirect(settings.LOGIN_URL)
        except Refusal as refusal:
            return refused(request, f"{refusal.status}.html", refusal)

    return never_cache(require_http_methods(["GET", "HEAD", "POST"])(shown))


def personal(view: View) -> View:
    """A page that requires a login; the view's second argument is the session, with its user."""

    @page
    @wraps(view)
    def shown(request: HttpRequest, **found: Any) -> HttpResponse:
        session = browser.session_of(request)
        if session is None:
            return redirect(settings.LOGIN_URL)
        response = view(request, session, **found)
        browser.keep(request, response, session)
        return response

    return shown


def submitted(view: View) -> View:
    """POST only; a GET is redirected to the profile."""

    @personal
    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **found: Any) -> HttpResponse:
        if request.method != "POST":
            return redirect(settings.LOGIN_REDIRECT_URL)
        return view(request, *args, **found)

    return shown


def refused(
    request: HttpRequest, template: str, refusal: Refusal, context: dict[str, Any] | None = None
) -> HttpResponse:
    """Render `template` with `refusal`, its status and, if it has one, `Retry-After`."""
    context = {**(context or {}), "refusal": refusal}
    response = render(request, template, context, status=refusal.status)
    if refusal.wait:
        response.headers["Retry-After"] = str(refusal.wait)
    return response
