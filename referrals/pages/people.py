"""The People section: who joined with the user's code."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from referrals import invites, profiles, search
from referrals.pagination import InviteePages
from referrals.profiles import SHOWN
from users.models import Session, User
from users.pages.decorators import personal

FEW = 10  # few enough to find someone without a search
LONGEST = 64  # characters of a search that count


@personal
def invitees(request: HttpRequest, session: Session) -> HttpResponse:
    """The user's invitees page by page, or the results of a search."""
    user = session.user
    searched = request.GET.get("q", "").strip()[:LONGEST]
    referral = profiles.referral_of(user)
    context = {
        "user": user,
        "referral": referral,
        "searched": searched,
        "searchable": searched or referral.invitees_count > FEW,
        "longest": LONGEST,
        "bounded": referral.invitees_count > search.LOOKED_THROUGH,
        "looked_through": search.LOOKED_THROUGH,
        **(_found(user, searched) if searched else _page(user, request)),
    }
    return render(request, "referrals/invitees.html", context)


def _page(user: User, request: HttpRequest) -> dict[str, Any]:
    pages = InviteePages()
    try:
        shown = pages.paginate_queryset(invites.invitees_of(user), Request(request))
    except NotFound:
        raise Http404 from None
    return {"invitees": shown, "older": pages.get_next_link(), "is_first": pages.cursor is None}


def _found(user: User, searched: str) -> dict[str, Any]:
    found = search.search_invitees(user, searched, most=SHOWN + 1)
    return {"invitees": found[:SHOWN], "is_first": True, "left_off": len(found) > SHOWN}
