"""What every page has in common: never cached, refusals in words, and who is looking."""

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
    """A page that leaves no copy behind; what it does not say itself of a refusal is said here."""

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
    """A page for somebody logged in; the session, which has the user, is its second argument."""

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
    """What a form of the profile is sent to; one who comes by a link finds the profile there."""

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
    """The page that says what was refused and why, with the refusal's own status."""
    context = {**(context or {}), "refusal": refusal}
    response = render(request, template, context, status=refusal.status)
    if refusal.wait:
        response.headers["Retry-After"] = str(refusal.wait)
    return response
