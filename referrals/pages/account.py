"""The Settings section: names, number, devices, deleting the account."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from referrals import deletion, profiles
from referrals.pages.forms import DeletionForm, NamesForm
from referrals.pages.invitation import INVITATION
from referrals.pages.sections import to_section
from users.models import Session
from users.pages import browser
from users.pages.decorators import personal
from users.sessions import lifecycle

PAGE = "referrals/settings.html"


@personal
def show(request: HttpRequest, session: Session) -> HttpResponse:
    return render(request, PAGE, _context(session, NamesForm(instance=session.user)))


@personal
def change_names(request: HttpRequest, session: Session) -> HttpResponse:
    """Save the names; a GET shows the form."""
    if request.method != "POST":
        return render(request, PAGE, _context(session, NamesForm(instance=session.user)))
    form = NamesForm(request.POST)
    if not form.is_valid():
        return render(request, PAGE, _context(session, form), status=400)
    changes = {name: form.cleaned_data[name] for name in request.POST if name in form.fields}
    profiles.change_names(session.user, **changes)
    messages.success(request, _("Saved."), extra_tags="about")
    return to_section("settings", "about")


@personal
def delete(request: HttpRequest, session: Session) -> HttpResponse:
    """Ask for confirmation, then delete the account."""
    form = DeletionForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 400 if form.is_bound else 200
        return render(request, "referrals/delete.html", {"form": form}, status=status)
    deletion.erase(session.user)
    messages.info(request, _("Your account has been deleted."))
    response = redirect(settings.LOGIN_URL)
    browser.forget(response)
    INVITATION.delete(response)
    return response


def _context(session: Session, names: NamesForm) -> dict[str, Any]:
    return {
        "user": session.user,
        "places": ("about", "number", "sessions"),
        "names": names,
        "sessions": lifecycle.sessions_of(session.user_id),
        "current": session.pk,
    }
