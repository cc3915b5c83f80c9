"""The invite link's page, and the question on the profile after the login."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from referrals import invites
from referrals.errors import UnknownInviteCode
from users.errors import Refusal, TokenNotValid, TooMany
from users.models import Session
from users.pages import browser
from users.pages.cookies import SignedCookie
from users.pages.decorators import page, submitted
from users.pages.refusals import explain
from users.pages.views import LOGIN, phone_form
from users.pages.visits import is_visit
from users.signals import happened

INVITATION = SignedCookie("invitation", timedelta(days=30))


@page
def landing(request: HttpRequest, code: str) -> HttpResponse:
    """The page behind an invite link; logged-in users are asked on their profile.

    The response doesn't depend on whether the code exists; only accepting reveals that.
    """
    value = invites.possible_code(code)
    response = _opened(request, value) if value else _broken(request)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@submitted
def accept(request: HttpRequest, session: Session) -> HttpResponse:
    """Activate the code of the displayed invitation."""
    response = redirect("profile")
    try:
        invites.activate(session.user, _accepted(request))
    except TokenNotValid:  # the account was deleted meanwhile
        raise
    except Refusal as refusal:
        messages.error(request, explain(refusal))
        if isinstance(refusal, TooMany):  # the code may still be right
            return response
    else:
        messages.success(request, _("Invitation accepted."))
    INVITATION.delete(response)
    return response


@submitted
def dismiss(request: HttpRequest, session: Session) -> HttpResponse:
    """Forget the invitation."""
    response = redirect("profile")
    INVITATION.delete(response)
    return response


def _opened(request: HttpRequest, code: str) -> HttpResponse:
    if is_visit(request) and INVITATION.read(request) != code:
        happened("invite link opened", code=code)
    response: HttpResponse
    if browser.session_of(request):
        response = redirect("profile")
    else:
        response = LOGIN.ask(request, phone_form(request), "referrals/landing.html", code=code)
    INVITATION.write(response, code)
    return response


def _broken(request: HttpRequest) -> HttpResponse:
    return render(request, "referrals/broken_link.html", status=404)


def _accepted(request: HttpRequest) -> str:
    """The code in the form. Raises `UnknownInviteCode` if it can't be a code."""
    code = invites.possible_code(request.POST.get("invite_code", ""))
    if code is None:
        raise UnknownInviteCode
    return code
