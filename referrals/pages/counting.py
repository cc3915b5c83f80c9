"""Counts what browsers do after opening an invite link, by the cookie with the invitation."""

from typing import Any

from django.http import HttpRequest

from referrals import funnel
from referrals.pages.invitation import INVITATION
from users.signals import listen


def _counts(step: funnel.Step) -> Any:
    """A listener that counts a step for the link that the browser has opened, if any."""

    def hear(request: HttpRequest) -> None:
        if code := INVITATION.read(request):
            funnel.count(code, step)

    return hear


listen("code asked for on a page", _counts(funnel.Step.ASKED))
listen("user registered on a page", _counts(funnel.Step.JOINED))
