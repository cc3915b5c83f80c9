"""The Invite section: the user's own code, and a field for the inviter's code."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from referrals import funnel, invites, profiles
from referrals.pages import sharing
from referrals.pages.forms import InviteCodeForm
from referrals.pages.invitation import INVITATION
from referrals.pages.sections import to_section
from referrals.profiles import Referral
from users.errors import Refusal
from users.models import Session
from users.pages.decorators import personal, refused
from users.pages.refusals import add_refusal

PAGE = "referrals/profile.html"


@personal
def profile(request: HttpRequest, session: Session) -> HttpResponse:
    return render(request, PAGE, _context(request, session))


@personal
def activate(request: HttpRequest, session: Session) -> HttpResponse:
    """Activate the entered code; a GET shows the form."""
    if request.method != "POST":
        return render(request, PAGE, _context(request, session))
    form = InviteCodeForm(request.POST)
    if not form.is_valid():
        return render(request, PAGE, _context(request, session, form), status=400)
    try:
        invites.activate(session.user, form.cleaned_data["invite_code"])
    except Refusal as refusal:
        add_refusal(form, refusal)
        return refused(request, PAGE, refusal, _context(request, session, form))
    messages.success(request, _("Invite code activated."), extra_tags="activation")
    response = to_section("profile", "activation")
    INVITATION.delete(response)
    return response


def _context(
    request: HttpRequest, session: Session, refused: InviteCodeForm | None = None
) -> dict[str, Any]:
    referral, invitation = profiles.referral_of(session.user), INVITATION.read(request)
    return {
        "user": session.user,
        "places": ("activation",),
        "referral": referral,
        "invitation": invitation,
        "acceptable": invitation and _is_acceptable(invitation, referral),
        "funnel": funnel.of(referral.invite_code),
        "qr": sharing.picture(referral.invite_link),
        "share_links": sharing.links(referral),
        "share_text": sharing.text(referral),
        "activation": refused or InviteCodeForm(),
    }


def _is_acceptable(code: str, referral: Referral) -> bool:
    """Whether it could be activated, if it exists."""
    return not referral.activated_invite_code and code != referral.invite_code
