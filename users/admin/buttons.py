"""What staff do to one user, from the user's page: each asks first, and is done by POST."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant

from users.admin import actions
from users.models import User

Act = Callable[[Any, HttpRequest, QuerySet[User]], None]


def button(act: Act, name: str, question: Any, variant: ActionVariant, icon: str) -> Any:
    """A button of the user's page that does to this user what `act` does to a list."""

    def press(model_admin: Any, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        user = model_admin.get_object(request, object_id)  # None for what is no id, too
        act(model_admin, request, User.objects.filter(pk=user and user.pk))
        page = reverse("admin:users_user_change", args=[object_id])
        return HttpResponse(headers={"HX-Redirect": page})

    press.__name__ = name
    title = getattr(act, "short_description", name)
    return action(
        description=title,
        permissions=["press"],
        url_path=name.replace("_", "-"),
        icon=icon,
        variant=variant,
        dialog={
            "title": title,
            "description": question,
            "form_class": None,
            "form_submit_text": title,
        },
    )(press)


class Buttons(ModelAdmin):  # type: ignore[type-arg]
    """The buttons, only those that would change something."""

    actions_detail: ClassVar[list[Any]] = [
        {
            "title": _("Actions"),
            "items": ["ban_user", "unban_user", "end_their_sessions", "forget_their_guesses"],
        }
    ]

    ban_user = button(
        actions.ban,
        "ban_user",
        _("All sessions end now, and no code lets this phone in until the ban is lifted."),
        ActionVariant.DANGER,
        "block",
    )
    unban_user = button(
        actions.unban,
        "unban_user",
        _("The user may log in again. Ended sessions stay ended."),
        ActionVariant.SUCCESS,
        "lock_open",
    )
    end_their_sessions = button(
        actions.end_sessions,
        "end_their_sessions",
        _("The user is logged out everywhere on the next call and may log in again."),
        ActionVariant.WARNING,
        "logout",
    )
    forget_their_guesses = button(
        actions.forget_guesses,
        "forget_their_guesses",
        _("Codes for this phone have 4 digits again."),
        ActionVariant.DEFAULT,
        "history",
    )

    def has_press_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may change users; which of them, each act sees for itself."""
        return self.has_change_permission(request)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Those that this person may press for this user."""
        user = self.get_object(request, str(object_id))
        if user is None or not self.has_change_permission(request, user):
            return []
        hidden = "users_user_unban_user" if user.is_active else "users_user_ban_user"
        possible: list[Any] = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        return [one for one in possible if one.action_name != hidden]
