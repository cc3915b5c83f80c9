"""Ending the guess alarm."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from users.admin.questions import Question
from users.admin.resets import may_reset
from users.limits import alarm


def end_alarm(request: HttpRequest) -> HttpResponse:
    """Ask for confirmation; a POST ends the alarm."""
    if not may_reset(request):
        raise PermissionDenied
    if request.method != "POST":
        return Question(
            _("End the guess alarm?"),
            _(
                "Unknown networks get 4-digit codes again, and the counts of guesses start at zero."
                " If the attack goes on, the alarm switches on again."
            ),
            _("End the alarm"),
            "danger",
            reverse("admin:index"),
        ).page(request)
    if alarm.end(by=request.user.pk):
        messages.success(request, _("The alarm has ended. Both sums start at zero."))
    else:
        messages.info(request, _("The alarm was already off."))
    return redirect("admin:index")
