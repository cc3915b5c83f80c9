"""What is spent of sendings and guesses, and how often things happen in the whole system."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from users.admin.lists import ReadOnlyAdmin
from users.limits import policy
from users.limits.buckets import Rate, Strikes
from users.models import Budget, Tally

TITLES: dict[Rate | Strikes, Any] = {
    policy.SENDS_PER_PHONE: _("messages to a phone"),
    policy.SENDS_PER_NETWORK: _("messages to an address"),
    policy.GUESSES_PER_PHONE: _("wrong guesses at a phone"),
    policy.GUESSES_PER_NETWORK: _("wrong guesses from an address"),
    policy.PASSWORDS: _("passwords tried from an address"),
    policy.REFRESHES: _("refreshes of a session"),
}
METERS = {
    policy.SENDS.kind: _("codes sent"),
    policy.LOGINS.kind: _("codes used"),
    policy.WRONG_GUESSES.kind: _("wrong guesses"),
    policy.RETURNS.kind: _("users who came back after a day"),
}


class KindFilter(admin.SimpleListFilter):
    """One kind of rows; the kinds are known, so that no table is searched for them."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The kinds in words."""
        if model_admin.model is Tally:
            return list(METERS.items())
        return [(budget.name, title) for budget, title in TITLES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the chosen kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


class LongCodesFilter(admin.SimpleListFilter):
    """Where codes have 8 digits."""

    title = _("8-digit codes")
    parameter_name = "long"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """For phones or for addresses."""
        return [("phones", _("phones")), ("addresses", _("addresses"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows whose strikes are spent."""
        strikes = {"phones": policy.GUESSES_PER_PHONE, "addresses": policy.GUESSES_PER_NETWORK}
        chosen = strikes.get(self.value() or "")
        return queryset & policy.spent(chosen) if chosen else queryset


@admin.register(Budget)
class BudgetAdmin(ReadOnlyAdmin):
    """What is spent of sendings and guesses; deleting a row clears it. Rows name nobody."""

    list_display = ("title", "used", "full", "key")
    list_filter = (LongCodesFilter, KindFilter)
    search_fields = ("key",)
    search_help_text = _("A phone or an address, written in full")
    ordering = ("-full_at",)
    fields: ClassVar[tuple[str, ...]] = ("title", "used", "full", "key")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Budget], search_term: str
    ) -> tuple[QuerySet[Budget], bool]:
        """The rows of one phone or address."""
        text = search_term.strip()
        return (queryset.filter(key__in=policy.keys_of(text)) if text else queryset), False

    @admin.display(description=_("kind"))
    def title(self, row: Budget) -> str:
        """What is counted."""
        budget = _budget_of(row)
        return str(TITLES[budget]) if budget else row.kind

    @admin.display(description=_("spent"))
    def used(self, row: Budget) -> str:
        """How much of how much."""
        budget = _budget_of(row)
        return f"{budget.spent(row)} / {budget.most}" if budget else "–"

    @admin.display(description=_("forgotten at"))
    def full(self, row: Budget) -> datetime:
        """When the row stops meaning anything."""
        return datetime.fromtimestamp(row.full_at, UTC)


@admin.register(Tally)
class TallyAdmin(ReadOnlyAdmin):
    """How often codes were sent, guessed wrong and used in each hour, in the whole system.

    An hour of far too many wrong guesses makes all codes long for 7 days; deleting its row ends it.
    """

    list_display = ("hour", "title", "count")
    list_filter = (KindFilter,)
    ordering = ("-hour", "kind")
    fields: ClassVar[tuple[str, ...]] = ("hour", "title", "count")

    @admin.display(description=_("kind"))
    def title(self, row: Tally) -> str:
        """What is counted."""
        return str(METERS.get(row.kind, row.kind))


def _budget_of(row: Budget) -> Rate | Strikes | None:
    return next((budget for budget in TITLES if budget.name == row.kind), None)
