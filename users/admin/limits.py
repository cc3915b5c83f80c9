"""Rate limits in use, and system-wide counters."""

import time
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from users.admin.alarm import end_alarm
from users.admin.columns import LINK, moment, time_of, user_link
from users.admin.lists import ReadOnlyAdmin
from users.admin.resets import may_reset, reset_attempts
from users.limits import alarm, policy
from users.limits.buckets import LIMITS, FailureLimit
from users.limits.meters import COUNTERS
from users.limits.victims import victim
from users.models import Counter, Limit


class KindFilter(admin.SimpleListFilter):
    """Filters by kind. The kinds are known, so no query is needed to list them."""

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

    list_display = ("title", "whose", "used", "resets", "reset")
    list_filter = (LongCodesFilter, KindFilter)
    list_select_related = ("user",)
    search_fields = ("key",)
    search_help_text = _("Full phone number or address")
    ordering = ("-resets_at",)
    fields: ClassVar[tuple[str, ...]] = ("title", "whose", "used", "resets", "key")

    def get_urls(self) -> list[Any]:
        end, reset = (self.admin_site.admin_view(view) for view in (end_alarm, reset_attempts))
        return [
            path("alarm/end/", end, name="users_limit_end_alarm"),
            path("<str:key>/reset/", reset, name="users_limit_reset"),
            *super().get_urls(),
        ]

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """The reset column is shown only to those who may reset limits."""
        return self.list_display if may_reset(request) else self.list_display[:-1]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Limit]:
        """Limits that are in use, without the alarm, which is shown and ended on the first page."""
        rows: QuerySet[Limit] = super().get_queryset(request)
        counted = [name for name, limit in LIMITS.items() if isinstance(limit, FailureLimit)]
        unused = Q(kind__in=counted, count=0)
        return rows.filter(resets_at__gt=time.time()).exclude(unused).exclude(kind=alarm.KEY)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Limit], search_term: str
    ) -> tuple[QuerySet[Limit], bool]:
        """Search by phone or address."""
        text = search_term.strip()
        return (queryset.filter(key__in=policy.keys_for_staff(text)) if text else queryset), False

    @admin.display(description=_("kind"))
    def title(self, row: Limit) -> str:
        limit = LIMITS.get(row.kind)
        return str(limit.title) if limit else row.kind

    @admin.display(description=_("user"))
    def whose(self, row: Limit) -> SafeString | str:
        return user_link(victim(row))

    @admin.display(description=_("used"))
    def used(self, row: Limit) -> str:
        limit = LIMITS.get(row.kind)
        return f"{limit.used_of(row.count, row.resets_at)} / {limit.most}" if limit else "–"

    @admin.display(description=_("resets at"))
    def resets(self, row: Limit) -> SafeString | str:
        return moment(datetime.fromtimestamp(row.resets_at, UTC))

    @admin.display(description="")
    def reset(self, row: Limit) -> SafeString:
        return format_html(LINK, reverse("admin:users_limit_reset", args=[row.pk]), _("Reset"))


@admin.register(Counter)
class CounterAdmin(ReadOnlyAdmin):
    """System-wide counts per hour."""

    accusative = pgettext_lazy("accusative", "counter")
    delete_selected_title = _("Delete selected counters")

    list_display = ("began", "title", "count")
    list_filter = (KindFilter,)
    ordering = ("-hour", "kind")
    fields: ClassVar[tuple[str, ...]] = ("began", "title", "count")

    began = time_of("hour", _("hour"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # the alarm and the SMS budget count by these rows

    @admin.display(description=_("kind"))
    def title(self, row: Counter) -> str:
        counter = COUNTERS.get(row.kind)
        return str(counter.title) if counter else row.kind
