"""Rate limits in use, and system-wide counters."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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
    """One kind of rows. The kinds are listed here, so no query has to find them."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        if model_admin.model is Counter:
            return [(counter.kind, counter.title) for counter in COUNTERS]
        return [(limit.name, limit.title) for limit in policy.LIMITS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class LongCodesFilter(admin.SimpleListFilter):
    """Who gets 8-digit codes."""

    title = _("8-digit codes")
    parameter_name = "long"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("phones", _("numbers")), ("networks", _("networks"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows whose limit is reached."""
        limits = {"phones": policy.GUESSES_PER_PHONE, "networks": policy.GUESSES_PER_NETWORK}
        chosen = limits.get(self.value() or "")
        return queryset & chosen.reached() if chosen else queryset


@admin.register(Limit)
class LimitAdmin(ReadOnlyAdmin):
    """Limits in use. Deleting a row resets it. Keys are hashes of phones and addresses."""

    accusative = pgettext_lazy("accusative", "rate limit")
    delete_selected_title = _("Delete selected rate limits")

    list_display = ("title", "used", "full", "key")
    list_filter = (LongCodesFilter, KindFilter)
    search_fields = ("key",)
    search_help_text = _("Full phone number or address")
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
        limit = _limit_of(row)
        return str(limit.title) if limit else row.kind

    @admin.display(description=_("used"))
    def used(self, row: Limit) -> str:
        limit = _limit_of(row)
        return f"{limit.used_of(row.count, row.resets_at)} / {limit.most}" if limit else "–"

    @admin.display(description=_("resets at"))
    def full(self, row: Limit) -> str:
        return date_format(datetime.fromtimestamp(row.resets_at, UTC), "DATETIME_FORMAT")


@admin.register(Counter)
class CounterAdmin(ReadOnlyAdmin):
    """How many codes were sent, entered and failed in each hour, in the whole system."""

    accusative = pgettext_lazy("accusative", "counter")
    delete_selected_title = _("Delete selected counters")

    list_display = ("hour", "title", "count")
    list_filter = (KindFilter,)
    ordering = ("-hour", "kind")
    fields: ClassVar[tuple[str, ...]] = ("hour", "title", "count")

    @admin.display(description=_("kind"))
    def title(self, row: Counter) -> str:
        titles = {counter.kind: counter.title for counter in COUNTERS}
        return str(titles.get(row.kind, row.kind))


def _limit_of(row: Limit) -> AnyLimit | None:
    return next((limit for limit in policy.LIMITS if limit.name == row.kind), None)
