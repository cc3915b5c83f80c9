"""Ending the guess alarm."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from users.limits import alarm


def may_end(request: HttpRequest) -> bool:
    """Whoever may reset limits may end the alarm."""
    return bool(request.user.has_perm("users.delete_limit"))


def end_alarm(request: HttpRequest) -> HttpResponse:
    """Ask first; end it by POST."""
    if not may_end(request):
        raise PermissionDenied
    if request.method != "POST":
        context = {**admin.site.each_context(request), "title": _("End the guess alarm?")}
        return TemplateResponse(request, "users/admin/end_alarm.html", context)
    if alarm.end(by=request.user.pk):
        messages.success(request, _("The alarm has ended. Both sums start at zero."))
    else:
        messages.info(request, _("The alarm was off already."))
    return redirect("admin:index")
