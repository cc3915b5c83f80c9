"""Resetting one limit from the list of limits."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from users.admin.questions import Question
from users.limits.buckets import LIMITS
from users.limits.victims import victim
from users.models import Limit


def may_reset(request: HttpRequest) -> bool:
    """Staff who may delete limits may also reset them and end the alarm."""
    return bool(request.user.has_perm("users.delete_limit"))


def reset_attempts(request: HttpRequest, key: str) -> HttpResponse:
    """Ask for confirmation; a POST resets the limit."""
    if not may_reset(request):
        raise PermissionDenied
    row = get_object_or_404(Limit.objects.select_related("user"), pk=key, kind__in=LIMITS)
    back = reverse("admin:users_limit_changelist")
    if request.method == "POST":
        row.delete()
        messages.success(request, _("The limit is reset."))
        return redirect(back)
    title = str(LIMITS[row.kind].title)
    if user := victim(row):
        title = f"{title}: {user}"
    return Question(
        _("Reset this limit?"),
        f"{title[:1].upper()}{title[1:]}.",
        _("Reset"),
        "primary",
        back,
    ).page(request)
