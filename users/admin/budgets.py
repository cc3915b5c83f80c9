"""What is spent of sendings and guesses, and how often things happen in the whole system."""

from datetime import UTC, datetime

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from users import budgets
from users.admin.lists import ReadOnlyAdmin
from users.models import Budget, Tally


@admin.register(Budget)
class BudgetAdmin(ReadOnlyAdmin):
    """What is spent of sendings and guesses; deleting a row clears it. Rows name nobody."""

    list_display = ("kind", "key", "spent", "full")
    list_filter = ("kind",)
    search_fields = ("key",)
    search_help_text = _("A phone or an address, written in full")
    ordering = ("-full_at",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Budget], search_term: str
    ) -> tuple[QuerySet[Budget], bool]:
        """The rows of one phone or address."""
        text = search_term.strip()
        return (queryset.filter(key__in=budgets.keys_of(text)) if text else queryset), False

    @admin.display(description=_("forgotten at"))
    def full(self, budget: Budget) -> datetime:
        """When the row stops meaning anything."""
        return datetime.fromtimestamp(budget.full_at, UTC)


@admin.register(Tally)
class TallyAdmin(ReadOnlyAdmin):
    """How often codes were sent, guessed wrong and used in each hour, in the whole system.

    An hour of far too many wrong guesses makes all codes long for 7 days; deleting its row ends it.
    """

    list_display = ("hour", "kind", "count")
    list_filter = ("kind",)
    ordering = ("-hour", "kind")
