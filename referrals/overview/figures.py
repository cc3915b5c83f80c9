"""Figures of the last days and of as many days before, each read by an index."""

from collections import Counter as Tally
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from referrals import funnel
from referrals.models import Activation
from users.limits import policy
from users.models import Counter, User

INVITERS = 10
PAST_KEPT, SUMS_KEPT = 600, 60  # seconds that figures stay in the process's cache
MOST_ESCALATED = 10_000
METERS = {
    "links_opened": funnel.OPENED.kind,
    "codes_asked": policy.ASKED.kind,
    "codes_sent": policy.MESSAGES.kind,
    "logins": policy.LOGINS.kind,
}
ROWS: dict[str, tuple[type[User | Activation], str]] = {
    "new_users": (User, "date_joined"),
    "activations": (Activation, "activated_at"),
}

T = TypeVar("T")


@dataclass(frozen=True)
class Counts:
    """What happened in a period."""

    links_opened: int = 0
    codes_asked: int = 0
    codes_sent: int = 0
    logins: int = 0
    new_users: int = 0
    activations: int = 0


@dataclass(frozen=True)
class Day(Counts):
    """What happened on one day (UTC)."""

    date: date = date.min


@dataclass(frozen=True)
class Inviter:
    """An inviter and the number of activations."""

    pk: UUID
    phone: str
    invitees: int


@dataclass(frozen=True)
class Sums:
    """Totals over all days: joined by invite, top inviters, numbers under attack."""

    came_by_code: int
    top_inviters: list[Inviter]
    escalated_phones: int


def days(number: int) -> list[Day]:
    """The last days, oldest first; today's figures lag by a few seconds."""
    for meter in (policy.LOGINS, policy.MESSAGES, policy.ASKED):
        meter.flush()
    funnel.flush()
    today = timezone.now().date()
    first = _first(number)
    past = _kept(f"past:{number}:{today}", PAST_KEPT, lambda: _per_day(first, today))
    return [*past, *_per_day(today, today + timedelta(days=1))]


def before(number: int) -> Counts:
    """The totals of as many days before, up to the current hour."""
    start = _midnight(_first(number) - timedelta(days=number))
    end = timezone.now() - timedelta(days=number)
    return _kept(f"before:{number}", PAST_KEPT, lambda: _counted(start, end))


def sums(number: int) -> Sums:
    """The totals of the last days, up to a minute old."""
    since = _midnight(_first(number))
    return _kept(f"sums:{number}", SUMS_KEPT, lambda: _sums(since))


def _first(number: int) -> date:
    return timezone.now().date() - timedelta(days=number - 1)


def _per_day(first: date, end: date) -> list[Day]:
    counts = {**_metered(first, end), **{name: _rows_per_day(name, first, end) for name in ROWS}}
    dates = (first + timedelta(days=number) for number in range((end - first).days))
    return [Day(**{name: tally[day] for name, tally in counts.items()}, date=day) for day in dates]


def _metered(first: date, end: date) -> dict[str, Tally[date]]:
    rows = _between(Counter.objects.all(), "hour", _midnight(first), _midnight(end))
    found = _by_day(rows.filter(kind__in=METERS.values()), "hour", "kind", Sum("count"))
    return {
        name: Tally({day: count for day, key, count in found if key == kind})
        for name, kind in METERS.items()
    }


def _rows_per_day(name: str, first: date, end: date) -> Tally[date]:
    model, field = ROWS[name]
    rows = _between(model._default_manager.all(), field, _midnight(first), _midnight(end))  # noqa: SLF001  # public
    return Tally(dict(_by_day(rows, field, Count("*"))))


def _by_day(rows: QuerySet[Any], field: str, *rest: Any) -> Any:
    *keys, total = rest
    by_day = rows.annotate(day=TruncDate(field, tzinfo=UTC)).values("day", *keys)
    return by_day.annotate(total=total).values_list("day", *keys, "total")


def _counted(start: datetime, end: datetime) -> Counts:
    meters = _between(Counter.objects.all(), "hour", start, end).filter(kind__in=METERS.values())
    sums = dict(meters.values("kind").annotate(total=Sum("count")).values_list("kind", "total"))
    rows = {
        name: _between(model._default_manager.all(), field, start, end).count()  # noqa: SLF001  # public
        for name, (model, field) in ROWS.items()
    }
    return Counts(**{name: sums.get(kind, 0) for name, kind in METERS.items()}, **rows)


def _between(rows: QuerySet[Any], field: str, start: datetime, end: datetime) -> QuerySet[Any]:
    return rows.filter(**{f"{field}__gte": start, f"{field}__lt": end})


def _sums(since: datetime) -> Sums:
    recent = Activation.objects.filter(activated_at__gte=since)
    invited = recent.exclude(inviter=None).values("inviter").annotate(total=Count("*"))
    top = list(invited.order_by("-total", "inviter").values_list("inviter", "total")[:INVITERS])
    phones = dict(User.objects.filter(pk__in=[pk for pk, _ in top]).values_list("pk", "phone"))
    return Sums(
        came_by_code=recent.filter(invitee__date_joined__gte=since).count(),
        top_inviters=[Inviter(pk, phones[pk], total) for pk, total in top if pk in phones],
        escalated_phones=policy.GUESSES_PER_PHONE.reached()[:MOST_ESCALATED].count(),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _kept(name: str, seconds: int, find: Callable[[], T]) -> T:
    found: T = cache.get_or_set(f"dashboard:{name}", find, seconds)  # type: ignore[assignment]
    return found
