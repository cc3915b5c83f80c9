"""The buttons on a user's page: each asks for confirmation, then acts by POST."""

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant

from users.admin import actions
from users.admin.questions import Question
from users.models import User
from users.phones import written

Act = Callable[[Any, HttpRequest, QuerySet[User]], None]


class Words(NamedTuple):
    """The question, which names the `phone`, and what confirming it does."""

    question: Any
    meaning: Any


def button(act: Act, name: str, words: Words, variant: ActionVariant, icon: str) -> Any:
    """A button that applies a list action, `act`, to one user after asking for confirmation.

    The question is a page; with JavaScript its main part opens as a dialog.
    """
    title = getattr(act, "short_description", name)

    def press(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        user = model_admin.get_object(request, object_id)  # None for what is no id, too
        page = reverse("admin:users_user_change", args=[object_id])
        if user is None:
            return redirect(page)  # which says so
        if request.method != "POST":
            question = words.question % {"phone": written(user.phone)}
            asked = Question(question, words.meaning, title, variant.value, page)
            return asked.page(request)
        act(model_admin, request, User.objects.filter(pk=user.pk))
        return redirect(page)

    press.__name__ = name
    decorate = action(
        description=title,
        permissions=["press"],
        url_path=name.replace("_", "-"),
        icon=icon,
        variant=variant,
    )
    shown = decorate(press)
    shown.dialog = True
    return shown


class Buttons(ModelAdmin):  # type: ignore[type-arg]
    """Shows only the buttons that would have an effect."""

    actions_detail: ClassVar[list[Any]] = [
        {
            "title": _("Actions"),
            "items": ["ban_user", "unban_user", "end_their_sessions", "forget_their_guesses"],
        }
    ]

    ban_user = button(
        actions.ban,
        "ban_user",
        Words(
            _("Ban %(phone)s?"),
            _("All sessions end now. This phone can't log in until you unban it."),
        ),
        ActionVariant.DANGER,
        "block",
    )
    unban_user = button(
        actions.unban,
        "unban_user",
        Words(
            _("Unban %(phone)s?"),
            _("The user can log in again. Ended sessions stay ended."),
        ),
        ActionVariant.SUCCESS,
        "lock_open",
    )
    end_their_sessions = button(
        actions.end_sessions,
        "end_their_sessions",
        Words(
            _("End all sessions of %(phone)s?"),
            _("The user is logged out everywhere and can log in again."),
        ),
        ActionVariant.WARNING,
        "logout",
    )
    forget_their_guesses = button(
        actions.forget_guesses,
        "forget_their_guesses",
        Words(
            _("Reset failed attempts at %(phone)s?"),
            _("Codes for this number go back to 4 digits."),
        ),
        ActionVariant.DEFAULT,
        "history",
    )

    def has_press_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Anyone who may change users; the actions check which users."""
        return self.has_change_permission(request)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The buttons that this member of staff may use on this user."""
        user = self.get_object(request, str(object_id))
        if user is None or not self.has_change_permission(request, user):
            return []
        hidden = "users_user_unban_user" if user.is_active else "users_user_ban_user"
        possible: list[Any] = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        return [one for one in possible if one.action_name != hidden]
