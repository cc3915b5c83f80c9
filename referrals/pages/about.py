"""The help and privacy pages.

Their figures come from the rules themselves, so the texts can't disagree with them.
"""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from referrals.models import CODE_LENGTH
from referrals.pages.invitation import INVITATION
from users.limits import policy
from users.login import challenges, gateways, phone_change
from users.pages import browser, pending
from users.pages.decorators import page
from users.sessions import lifecycle


@page
def help_page(request: HttpRequest) -> HttpResponse:
    figures = {
        "resend": challenges.RESEND,
        "code_minutes": challenges.LIFETIME // 60,
        "fresh_minutes": _minutes(phone_change.FRESH),
        "quiet_days": policy.QUIET.days,
        "code_length": CODE_LENGTH,
    }
    return render(request, "referrals/help.html", figures)


@page
def privacy(request: HttpRequest) -> HttpResponse:
    figures = {
        "simulated": gateways.is_simulated(),
        "session_days": lifecycle.LIFETIME.days,
        "idle_days": browser.IDLE.days,
        "invitation_days": INVITATION.lifetime.days,
        "pending_minutes": _minutes(pending.LIFETIME),
        "quiet_days": policy.QUIET.days,
    }
    return render(request, "referrals/privacy.html", figures)


def _minutes(time: timedelta) -> int:
    return int(time.total_seconds()) // 60
