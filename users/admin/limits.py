"""What is spent of sendings and guesses, and how often things happen in the whole system."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from users.admin.lists import ReadOnlyAdmin
from users.limits import alarm, policy
from users.limits.buckets import AnyLimit
from users.limits.meters import Meter
from users.limits.quotas import Quota
from users.models import Counter, Limit

COUNTERS: list[Meter | Quota] = [
    policy.MESSAGES,
    policy.LOGINS,
    policy.WRONG_GUESSES,
    policy.BUDGET,
    policy.STRANGERS_BUDGET,
    alarm.GUESSES,
]


class KindFilter(admin.SimpleListFilter):
    """One kind of rows; the kinds are known, so that no table is searched for them."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The kinds in words."""
        if model_admin.model is Counter:
            return [(counter.kind, counter.title) for counter in COUNTERS]
        return [(limit.name, limit.title) for limit in policy.LIMITS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the chosen kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


class LongCodesFilter(admin.SimpleListFilter):
    """Where codes have 8 digits."""

    title = _("8-digit codes")
    parameter_name = "long"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """For phones or for addresses."""
        return [("phones", _("phones")), ("networks", _("networks"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows whose limit is reached."""
        limits = {"phones": policy.GUESSES_PER_PHONE, "networks": policy.GUESSES_PER_NETWORK}
        chosen = limits.get(self.value() or "")
        return queryset & chosen.reached() if chosen else queryset


@admin.register(Limit)
class LimitAdmin(ReadOnlyAdmin):
    """What is spent of sendings and guesses; deleting a row clears it. Rows name nobody."""

    list_display = ("title", "used", "full", "key")
    list_filter = (LongCodesFilter, KindFilter)
    search_fields = ("key",)
    search_help_text = _("A phone or an address, written in full")
    ordering = ("-resets_at",)
    fields: ClassVar[tuple[str, ...]] = ("title", "used", "full", "key")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Limit], search_term: str
    ) -> tuple[QuerySet[Limit], bool]:
        """The rows of one phone or address."""
        text = search_term.strip()
        return (queryset.filter(key__in=policy.keys_for_staff(text)) if text else queryset), False

    @admin.display(description=_("kind"))
    def title(self, row: Limit) -> str:
        """What is counted."""
        limit = _limit_of(row)
        return str(limit.title) if limit else row.kind

    @admin.display(description=_("spent"))
    def used(self, row: Limit) -> str:
        """How much of how much."""
        limit = _limit_of(row)
        return f"{limit.used_of(row.count, row.resets_at)} / {limit.most}" if limit else "–"

    @admin.display(description=_("forgotten at"))
    def full(self, row: Limit) -> datetime:
        """When the row stops meaning anything."""
        return datetime.fromtimestamp(row.resets_at, UTC)


@admin.register(Counter)
class CounterAdmin(ReadOnlyAdmin):
    """How often codes were sent, guessed wrong and used in each hour, in the whole system.

    An hour of far too many wrong guesses makes all codes long for 7 days; deleting its row ends it.
    """

    list_display = ("hour", "title", "count")
    list_filter = (KindFilter,)
    ordering = ("-hour", "kind")
    fields: ClassVar[tuple[str, ...]] = ("hour", "title", "count")

    @admin.display(description=_("kind"))
    def title(self, row: Counter) -> str:
        """What is counted."""
        titles = {counter.kind: counter.title for counter in COUNTERS}
        return str(titles.get(row.kind, row.kind))


def _limit_of(row: Limit) -> AnyLimit | None:
    return next((limit for limit in policy.LIMITS if limit.name == row.kind), None)
