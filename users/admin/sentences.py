"""Sentences with a model's name, such as “Delete user”, in languages whose nouns have cases.

Django and unfold insert the name as it is, but Russian needs the accusative there: «Удалить
пользователя». A name that stands alone stays in the nominative.
"""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.text import capfirst
from unfold.admin import ModelAdmin
from unfold.views import ChangeList


class Options:
    """A model's options with a `verbose_name` that fits into sentences."""

    def __init__(self, options: Any, verbose_name: Any) -> None:
        self._options = options
        self.verbose_name = verbose_name

    def __getattr__(self, name: str) -> Any:
        return getattr(self._options, name)


class TitledList(ChangeList):
    """A list titled with the model's name; an empty one says so in a whole sentence."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.opts = self.model_admin.opts
        self.title = capfirst(self.opts.verbose_name_plural)


class SentencesAdmin(ModelAdmin):
    """Needs the model's name in the accusative, and the name of “delete selected” in full."""

    accusative: str | Promise
    delete_selected_title: str | Promise

    def __init__(self, model: type[Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        self.opts: Any = Options(model._meta, self.accusative)

    def get_action_choices(self, request: HttpRequest, *given: Any) -> list[tuple[str, Any]]:
        return [
            (name, self.delete_selected_title if name == "delete_selected" else title)
            for name, title in super().get_action_choices(request, *given)
        ]
