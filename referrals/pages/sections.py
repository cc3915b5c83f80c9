"""Redirects back to sections of the profile."""

from django.http import HttpResponseRedirect
from django.urls import reverse


def to_section(page: str, place: str) -> HttpResponseRedirect:
    """Redirect to the part of the page with the form, which shows messages tagged with `place`."""
    return HttpResponseRedirect(f"{reverse(page)}#{place}")
