"""The figures of the last 30 days, each read by an index."""

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

from referrals.models import Activation
from users.limits import policy
from users.models import Counter, User

DAYS = 30
INVITERS = 10
PAST_KEPT, SUMS_KEPT = 600, 60  # seconds that figures stay in the process's cache
MOST_ESCALATED = 10_000

T = TypeVar("T")


@dataclass(frozen=True)
class Day:
    """What happened on one day, by UTC."""

    date: date
    logins: int
    new_users: int
    activations: int
    codes_sent: int


@dataclass(frozen=True)
class Inviter:
    """Somebody whose code was activated, and how often."""

    pk: UUID
    phone: str
    invitees: int


@dataclass(frozen=True)
class Sums:
    """Figures of the whole period: joined by invite, top inviters, phones under attack."""

    came_by_code: int
    top_inviters: list[Inviter]
    escalated_phones: int


def days() -> list[Day]:
    """The last 30 days, oldest first; today's figures are a few seconds old."""
    policy.LOGINS.flush()
    policy.MESSAGES.flush()
    today = timezone.now().date()
    first = today - timedelta(days=DAYS - 1)
    return [*_kept(f"past:{today}", PAST_KEPT, lambda: _count(first, today)), *_count(today)]


def sums() -> Sums:
    """The figures of the whole period, up to a minute old."""
    return _kept("sums", SUMS_KEPT, _sums)


def _count(first: date, end: date | None = None) -> list[Day]:
    """The days from `first` until before `end`, or the first alone."""
    end = end or first + timedelta(days=1)
    users = _per_day(User.objects.all(), "date_joined", first, end)
    activations = _per_day(Activation.objects.all(), "activated_at", first, end)
    logins, sent = (
        _tallied(policy.LOGINS.kind, first, end),
        _tallied(policy.MESSAGES.kind, first, end),
    )
    return [
        Day(day, logins[day], users[day], activations[day], sent[day])
        for day in (first + timedelta(days=number) for number in range((end - first).days))
    ]


def _per_day(rows: QuerySet[Any], field: str, first: date, end: date) -> Tally[date]:
    return _by_day(_between(rows, field, first, end), field, Count("*"))


def _tallied(kind: str, first: date, end: date) -> Tally[date]:
    rows = _between(Counter.objects.filter(kind=kind), "hour", first, end)
    return _by_day(rows, "hour", Sum("count"))


def _between(rows: QuerySet[Any], field: str, first: date, end: date) -> QuerySet[Any]:
    return rows.filter(**{f"{field}__gte": _midnight(first), f"{field}__lt": _midnight(end)})


def _by_day(rows: QuerySet[Any], field: str, total: Any) -> Tally[date]:
    by_day = rows.annotate(day=TruncDate(field, tzinfo=UTC)).values("day").annotate(total=total)
    return Tally(dict(by_day.values_list("day", "total")))


def _sums() -> Sums:
    since = _midnight(timezone.now().date() - timedelta(days=DAYS - 1))
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
