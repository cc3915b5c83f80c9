"""What staff can do to users."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from users.admin import timeline
from users.admin.timeline import note
from users.clients import Client
from users.limits import policy
from users.models import User
from users.sessions import bans, lifecycle


@admin.action(description=_("Ban"), permissions=["change"])
def ban(model_admin: Any, request: HttpRequest, users: QuerySet[User]) -> None:
    """End the sessions of these users, and refuse their logins."""
    others = [user for user in within_reach(request, users) if user != request.user]
    for user in others:
        bans.ban(user.pk, Client.of(request.META), by=request.user.pk)
        note(model_admin, request, user, timeline.BANNED)
    _say(request, len(others))


@admin.action(description=_("Unban"), permissions=["change"])
def unban(model_admin: Any, request: HttpRequest, users: QuerySet[User]) -> None:
    """Let these users log in again."""
    banned = list(within_reach(request, users))
    for user in banned:
        bans.unban(user.pk, Client.of(request.META), by=request.user.pk)
        note(model_admin, request, user, timeline.UNBANNED)
    _say(request, len(banned))


@admin.action(description=_("End all sessions"), permissions=["change"])
def end_sessions(model_admin: Any, request: HttpRequest, users: QuerySet[User]) -> None:
    """Log these users out of API, pages and admin, everywhere."""
    reached = list(within_reach(request, users))
    for user in reached:
        lifecycle.end_all(user.pk, Client.of(request.META), "ended by staff")
        note(model_admin, request, user, timeline.ENDED)
    _say(request, len(reached))


@admin.action(description=_("Reset failed attempts"), permissions=["change"])
def forget_guesses(model_admin: Any, request: HttpRequest, users: QuerySet[User]) -> None:
    """Let codes for these phones have 4 digits again."""
    reached = within_reach(request, users)
    for user in reached:
        policy.reset_failed_attempts(user.phone)
        note(model_admin, request, user, timeline.RESET)
    _say(request, len(reached))


def within_reach(request: HttpRequest, users: QuerySet[User]) -> QuerySet[User]:
    """Those of `users` whom this person may change; only superusers may change staff."""
    return users if request.user.is_superuser else users.filter(is_staff=False)


def _say(request: HttpRequest, count: int) -> None:
    text = ngettext("%(count)d user changed.", "%(count)d users changed.", count)
    messages.success(request, text % {"count": count})
