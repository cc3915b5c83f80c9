"""Rate limits in use, and system-wide counters."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from users.admin.alarm import end_alarm
from users.admin.lists import ReadOnlyAdmin
from users.limits import alarm, policy
from users.limits.buckets import LIMITS
from users.limits.meters import COUNTERS
from users.models import Counter, Limit


class KindFilter(admin.SimpleListFilter):
    """One kind of rows. The kinds are listed here, so no query has to find them."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        if model_admin.model is Counter:
            return [(kind, counter.title) for kind, counter in COUNTERS.items()]
        return [(name, limit.title) for name, limit in LIMITS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class LongCodesFilter(admin.SimpleListFilter):
    """Who gets 8-digit codes."""

    title = _("8-digit codes")
    parameter_name = "long"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("phones", _("numbers")),
            ("known", _("numbers, from known networks")),
            ("networks", _("networks")),
            ("sites", _("sites (IPv6 /48)")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows whose limit is reached."""
        limits = {
            "phones": policy.GUESSES_PER_PHONE,
            "known": policy.GUESSES_PER_KNOWN_PHONE,
            "networks": policy.GUESSES_PER_NETWORK,
            "sites": policy.GUESSES_PER_SITE,
        }
        chosen = limits.get(self.value() or "")
        return queryset & chosen.reached() if chosen else queryset


@admin.register(Limit)
class LimitAdmin(ReadOnlyAdmin):
    """Limits in use. Deleting a row resets it. Keys are hashes of phones and addresses."""

    accusative = pgettext_lazy("accusative", "rate limit")
    delete_selected_title = _("Delete selected rate limits")

    list_display = ("title", "used", "resets", "key")
    list_filter = (LongCodesFilter, KindFilter)
    search_fields = ("key",)
    search_help_text = _("Full phone number or address")
    ordering = ("-resets_at",)
    fields: ClassVar[tuple[str, ...]] = ("title", "used", "resets", "key")

    def get_urls(self) -> list[Any]:
        end = self.admin_site.admin_view(end_alarm)
        return [path("alarm/end/", end, name="users_limit_end_alarm"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Limit]:
        """All but the alarm's row: the alarm is shown and ended on the first page."""
        rows: QuerySet[Limit] = super().get_queryset(request)
        return rows.exclude(kind=alarm.KEY)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Limit], search_term: str
    ) -> tuple[QuerySet[Limit], bool]:
        """The rows of one phone or address."""
        text = search_term.strip()
        return (queryset.filter(key__in=policy.keys_for_staff(text)) if text else queryset), False

    @admin.display(description=_("kind"))
    def title(self, row: Limit) -> str:
        limit = LIMITS.get(row.kind)
        return str(limit.title) if limit else row.kind

    @admin.display(description=_("used"))
    def used(self, row: Limit) -> str:
        limit = LIMITS.get(row.kind)
        return f"{limit.used_of(row.count, row.resets_at)} / {limit.most}" if limit else "–"

    @admin.display(description=_("resets at"))
    def resets(self, row: Limit) -> str:
        return date_format(datetime.fromtimestamp(row.resets_at, UTC), "DATETIME_FORMAT")


@admin.register(Counter)
class CounterAdmin(ReadOnlyAdmin):
    """How often things happened in each hour, in the whole system."""

    accusative = pgettext_lazy("accusative", "counter")
    delete_selected_title = _("Delete selected counters")

    list_display = ("hour", "title", "count")
    list_filter = (KindFilter,)
    ordering = ("-hour", "kind")
    fields: ClassVar[tuple[str, ...]] = ("hour", "title", "count")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # the alarm and the SMS budget count by these rows

    @admin.display(description=_("kind"))
    def title(self, row: Counter) -> str:
        counter = COUNTERS.get(row.kind)
        return str(counter.title) if counter else row.kind
