"""A page with two phones that log in and invite each other over the API, for its future users.

The page calls the public API and knows none of its rules. It exists only in development and with
simulated messages: its random numbers may belong to somebody.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.playground.numbers import new_number


@require_safe
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """The page, with two new numbers each time, so that it can be tried again."""
    numbers = {name: new_number(settings.PHONE_REGION) for name in ("anna", "boris")}
    return render(request, "playground/start.html", numbers)
