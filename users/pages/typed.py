"""Keeps a partly typed phone number while the language is switched.

It is kept in a short-lived cookie, never in a URL, since URLs are logged.
"""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from users.pages.cookies import SignedCookie
from users.phones import LENGTH

TYPED = SignedCookie("typed", timedelta(minutes=1))


def keep(request: HttpRequest, response: HttpResponseRedirect) -> None:
    """Store the phone in the request for the page that the response redirects to."""
    phone = request.POST.get("phone", "")
    if 0 < len(phone) <= LENGTH:
        TYPED.write(response, [response.url, phone])


def recall(request: HttpRequest) -> str:
    """The phone typed on this page; "" if none."""
    page, phone = TYPED.read(request) or ("", "")
    return str(phone) if page == request.get_full_path() else ""


def forget(request: HttpRequest, response: HttpResponse) -> None:
    """Delete it once a code was sent."""
    if TYPED.name in request.COOKIES:
        TYPED.delete(response)
