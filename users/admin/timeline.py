"""A user's history, newest first: logins, actions by staff, failed attempts."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, NamedTuple

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from users.admin.columns import moment, session_link, user_link
from users.limits.victims import LIMITS
from users.models import Limit, User

SHOWN = 30
BANNED, UNBANNED = gettext_noop("Banned"), gettext_noop("Unbanned")
ENDED, RESET = gettext_noop("All sessions ended"), gettext_noop("Failed attempts reset")


class Event(NamedTuple):
    """One line; the icon's name is one of Material Symbols."""

    time: datetime
    icon: str
    text: Any


def note(model_admin: Any, request: HttpRequest, user: User, what: str) -> None:
    """Record what staff did to a user, as one of the texts above."""
    model_admin.log_change(request, user, what)


def shown(events: Iterable[Event]) -> str:
    """The newest events as HTML."""
    newest = sorted(events, key=attrgetter("time"), reverse=True)[:SHOWN]
    lines = [(moment(event.time), event.icon, event.text) for event in newest]
    text: str = render_to_string("users/admin/timeline.html", {"lines": lines})
    return text


def events_of(user: User) -> Iterator[Event]:
    """The events that `users` knows of; `referrals` adds its own."""
    yield Event(user.date_joined, "person_add", _("Account created"))
    for session in user.sessions.order_by("-created_at")[:SHOWN]:
        yield Event(
            session.created_at, "login", format_html("{}: {}", _("Login"), session_link(session))
        )
        if session.ended_at:
            ended = format_html("{}: {}", _("Session ended"), session_link(session))
            yield Event(session.ended_at, "logout", ended)
    yield from _by_staff(user)
    yield from _failures(user)


def _by_staff(user: User) -> Iterator[Event]:
    kind = ContentType.objects.get_for_model(User)
    done = LogEntry.objects.filter(content_type=kind, object_id=str(user.pk))
    for entry in done.select_related("user").order_by("-action_time")[:SHOWN]:
        if entry.action_flag == ADDITION:
            what = _("Added")
        elif entry.action_flag == CHANGE:
            what = _(entry.get_change_message()) if entry.change_message else _("Changed")
        else:
            what = str(entry)
        by = user_link(entry.user)
        yield Event(entry.action_time, "badge", format_html("{} – {}", what.rstrip("."), by))


def _failures(user: User) -> Iterator[Event]:
    """Failed attempts: a limit's row holds their number and, in its end, the last one's time."""
    limits = {limit.key(user.phone): limit for limit in LIMITS.values()}
    for row in Limit.objects.filter(key__in=limits):
        limit = limits[row.key]
        if used := limit.used_of(row.count, row.resets_at):
            last = datetime.fromtimestamp(row.resets_at - limit.quiet.total_seconds(), UTC)
            text = ngettext("%(count)d failed attempt", "%(count)d failed attempts", used)
            title = limit.title if limit.name.endswith("known") else ""
            text = text % {"count": used}
            yield Event(last, "gpp_maybe", f"{text} ({title})" if title else text)
