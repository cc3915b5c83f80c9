"""How the admin displays times, people and devices."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib import admin
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from users.models import Session, User

Line = TypeVar("Line", bound=Callable[[Any, Any], Any])
LINK = '<a class="text-primary-600 dark:text-primary-500 whitespace-nowrap" href="{}">{}</a>'


def once(line: Line) -> Line:
    """Caches a field of a page: unfold's templates read each one five times."""

    @wraps(line)
    def kept(model_admin: Any, row: Any) -> Any:
        shown = vars(row).setdefault("shown_lines", {})
        if line.__name__ not in shown:
            shown[line.__name__] = line(model_admin, row)
        return shown[line.__name__]

    return cast(Line, kept)


def moment(time: datetime | None) -> SafeString | str:
    """A time in UTC; a script shows it in the reader's time zone, with UTC on hover."""
    if time is None:
        return "–"
    text = f"{date_format(time, 'DATETIME_FORMAT')} UTC"
    return format_html(
        '<time class="whitespace-nowrap" datetime="{}" title="{}">{}</time>',
        time.isoformat(timespec="seconds"),
        text,
        text,
    )


def time_of(field: str, title: Any) -> Any:
    """A sortable column with the time in a field."""

    @admin.display(description=title, ordering=field)
    def column(model_admin: Any, row: Any) -> SafeString | str:
        return moment(getattr(row, field))

    return column


def user_link(user: User | None) -> SafeString | str:
    """A user's phone as a link to their page."""
    if user is None:
        return "–"
    return format_html(LINK, reverse("admin:users_user_change", args=[user.pk]), user)


def device(session: Session) -> SafeString:
    """The device's name as the pages show it, with the full user agent on hover."""
    text = render_to_string("users/admin/device.html", {"user_agent": session.user_agent})
    return SafeString(text.strip())  # strip() returns a plain str, but the text is still safe


def session_link(session: Session) -> SafeString:
    """A session's device as a link to its page, and where it was last used."""
    page = reverse("admin:users_session_change", args=[session.pk])
    return format_html(LINK + ", {}", page, device(session), session.ip)
