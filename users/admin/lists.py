"""What all lists in the admin share: they stay fast with millions of rows."""

from typing import Any, ClassVar

from django.contrib.admin import ShowFacets, site
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Paginator
from django.db.models import ManyToManyField, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from users.admin.sentences import SentencesAdmin, TitledList

SHOWN = 20


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages through the first `MOST` rows, and never counts beyond them."""

    MOST = 10_000
    template_name = "users/admin/bounded_pages.html"

    @cached_property
    def count(self) -> int:
        """The number of rows, capped at `MOST`."""
        return min(self._seen, self.MOST)

    @property
    def has_more(self) -> bool:
        """Whether there are more rows than the pages show."""
        return self._seen > self.MOST

    @cached_property
    def _seen(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return rows.order_by()[: self.MOST + 1].count()


class BoundedList(TitledList):
    """Sorts only by the columns in `sortable_by`, whatever the URL asks for."""

    def get_ordering_field(self, field_name: str) -> Any:
        """The field to sort by, or None if it has no index."""
        return super().get_ordering_field(field_name) if field_name in self.sortable_by else None

    def get_results(self, request: HttpRequest) -> None:
        """One page of results; the number of rows is shown only below it."""
        super().get_results(request)
        self.full_result_count = self.result_count


class BoundedAdmin(SentencesAdmin):
    """Lists without full counts, sorted only by indexed columns; actions affect only shown rows."""

    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_disable_select_all = True
    show_facets = ShowFacets.NEVER  # they count all rows
    sortable_by: ClassVar[tuple[str, ...]] = ()
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        ManyToManyField: {"widget": UnfoldAdminCheckboxSelectMultipleWidget}
    }

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Checkboxes for only the permissions that this site uses, in short words."""
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field and db_field.related_model is Permission:
            shown = ContentType.objects.get_for_models(*site._registry).values()
            field.queryset = field.queryset.filter(content_type__in=shown)
            field.label_from_instance = _right
        return field

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Act on the ticked rows, never on everything that a search found."""
        post = request.POST.copy()
        post["select_across"] = "0"
        request.POST = post  # type: ignore[assignment]
        return super().response_action(request, queryset)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BoundedList]:
        return BoundedList


class ReadOnlyAdmin(BoundedAdmin):
    """Rows that staff can look at but not edit."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


VERBS = {
    "add": _("can add"),
    "change": _("can change"),
    "delete": _("can delete"),
    "view": _("can view"),
    "export": _("can export"),
}


def _right(permission: Permission) -> str:
    """A permission in words, such as “users: can change”."""
    model = permission.content_type.model_class()
    verb = VERBS.get(permission.codename.partition("_")[0])
    return f"{model._meta.verbose_name_plural}: {verb}" if model and verb else permission.name


def shown_and_all(rows: list[Any], url: str, query: str) -> SafeString:
    """A short list of `rows`, with a link to all of them."""
    shown = format_html_join("", "{}<br>", ((row,) for row in rows))
    link = format_html(
        '<a class="text-primary-600 dark:text-primary-500" href="{}?{}">{}</a>',
        url,
        query,
        _("Show all"),
    )
    return format_html("<div>{}{}</div>", shown, link)
