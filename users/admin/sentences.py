"""Sentences about a model, such as “Delete user”, in languages whose nouns have cases.

Django and unfold put a model's name into them as it stands; Russian needs the accusative there:
«Удалить пользователя». Where a name stands by itself, it keeps the nominative.
"""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.text import capfirst
from unfold.admin import ModelAdmin
from unfold.views import ChangeList


class Options:
    """A model's options, but with a `verbose_name` that fits into sentences."""

    def __init__(self, options: Any, verbose_name: Any) -> None:
        self._options = options
        self.verbose_name = verbose_name

    def __getattr__(self, name: str) -> Any:
        return getattr(self._options, name)


class TitledList(ChangeList):
    """A list whose title is the models' name, and which is empty in whole sentences."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.opts = self.model_admin.opts
        self.title = capfirst(self.opts.verbose_name_plural)


class SentencesAdmin(ModelAdmin):
    """Takes the model's name in the accusative, and the whole name of Django's one bulk action."""

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
