"""The profile, the invite link and the end of an account as pages."""

from datetime import timedelta
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from referrals import deletion, invites, profiles
from referrals.pages.forms import DeletionForm, InviteCodeForm, NamesForm
from referrals.pagination import InviteePages
from users.errors import Refusal, TooMany
from users.models import Session
from users.pages import browser
from users.pages.cookies import SignedCookie
from users.pages.decorators import page, personal, refused, submitted
from users.pages.refusals import add_refusal
from users.sessions import lifecycle

PROFILE = "referrals/profile.html"
INVITATION = SignedCookie("invitation", timedelta(days=30))
NEWEST = 10


@personal
def profile(request: HttpRequest, session: Session) -> HttpResponse:
    return render(request, PROFILE, _profile(request, session))


@submitted
def activate(request: HttpRequest, session: Session) -> HttpResponse:
    form = InviteCodeForm(request.POST)
    if not form.is_valid():
        return _invalid(request, session, activation=form)
    try:
        invites.activate(session.user, form.cleaned_data["invite_code"])
    except Refusal as refusal:
        add_refusal(form, refusal)
        response = refused(request, PROFILE, refusal, _profile(request, session, activation=form))
        if not isinstance(refusal, TooMany):
            INVITATION.delete(response)  # offering it again would be pointless
        return response
    messages.success(request, _("Invite code activated."))
    response = redirect("profile")
    INVITATION.delete(response)
    return response


@submitted
def change_names(request: HttpRequest, session: Session) -> HttpResponse:
    form = NamesForm(request.POST)
    if not form.is_valid():
        return _invalid(request, session, names=form)
    changes = {name: form.cleaned_data[name] for name in request.POST if name in form.fields}
    profiles.change_names(session.user, **changes)
    messages.success(request, _("Saved."))
    return redirect("profile")


@personal
def invitees(request: HttpRequest, session: Session) -> HttpResponse:
    """All who activated the user's code, a page at a time."""
    pages = InviteePages()
    try:
        shown = pages.paginate_queryset(invites.invitees_of(session.user), Request(request))
    except NotFound:
        raise Http404 from None
    context = {"invitees": shown, "older": pages.get_next_link(), "is_first": pages.cursor is None}
    return render(request, "referrals/invitees.html", context)


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


@page
def invitation(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the code of an invite link for the profile; the answer never shows if it exists."""
    value = invites.possible_code(code)
    if value is None:
        raise Http404
    if browser.session_of(request):
        response = redirect("profile")
    else:
        text = _("You've been invited. Log in to accept (code %(code)s).")
        messages.info(request, text % {"code": value})
        response = redirect(settings.LOGIN_URL)
    INVITATION.write(response, value)
    return response


def _profile(request: HttpRequest, session: Session, **forms: Any) -> dict[str, Any]:
    """What the page shows; `forms` are those that were refused."""
    referral = profiles.referral_of(session.user)
    offered = INVITATION.read(request)
    if offered == referral.invite_code:
        offered = None
    return {
        "user": session.user,
        "referral": referral,
        "qr": _qr(referral.invite_link),
        "invitees": invites.invitees_of(session.user)[:NEWEST],
        "newest": NEWEST,
        "sessions": lifecycle.sessions_of(session.user_id),
        "current": session.pk,
        "names": NamesForm(instance=session.user),
        "activation": InviteCodeForm(initial={"invite_code": offered}),
        **forms,
    }


def _invalid(request: HttpRequest, session: Session, **forms: Any) -> HttpResponse:
    return render(request, PROFILE, _profile(request, session, **forms), status=400)


def _qr(link: str) -> SafeString:
    image = segno.make_qr(link, error="m").svg_inline(omitsize=True, border=2)
    return SafeString(image)  # made of numbers alone
