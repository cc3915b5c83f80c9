"""Shows refusals in words, beside the field that they concern."""

import math

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from users.errors import (
    CodeRecentlySent,
    InvalidCode,
    InvalidPhone,
    Refusal,
    TooMany,
    TooManyAttempts,
)
from users.phones import example_phone


def add_refusal(form: forms.BaseForm, refusal: Refusal) -> None:
    """Show the refusal beside its field, or above the form if it has none."""
    form.add_error(refusal.attr if refusal.attr in form.fields else None, explain(refusal))


def explain(refusal: Refusal) -> str:
    """What was refused, and what the user can do about it."""
    return f"{refusal.detail} {_advice(refusal)}".strip()


def level(refusal: Refusal) -> str:
    """The severity: a code on its way is not an error, and a limit is not a mistake."""
    if isinstance(refusal, CodeRecentlySent):
        return "info"
    return "warning" if isinstance(refusal, TooMany) else "error"


def try_again(seconds: int) -> str:
    """When to try again, in seconds up to two minutes, minutes up to two hours, then hours."""
    if seconds < 120:
        text = ngettext("Try again in %(n)d second.", "Try again in %(n)d seconds.", seconds)
        return text % {"n": seconds}
    minutes = math.ceil(seconds / 60)
    if minutes < 120:
        text = ngettext("Try again in %(n)d minute.", "Try again in %(n)d minutes.", minutes)
        return text % {"n": minutes}
    hours = math.ceil(minutes / 60)
    return ngettext("Try again in %(n)d hour.", "Try again in %(n)d hours.", hours) % {"n": hours}


def needs_new_code(refusal: Refusal) -> bool:
    """Whether no attempts are left, so that a new code can be requested at once."""
    used_up = isinstance(refusal, InvalidCode) and refusal.meta.get("attempts_left") == 0
    return used_up or isinstance(refusal, TooManyAttempts)


def _on_one_line(phone: str) -> str:
    return phone.replace(" ", "\N{NO-BREAK SPACE}").replace("-", "-\N{WORD JOINER}")


def _advice(refusal: Refusal) -> str:
    if isinstance(refusal, TooMany):
        return "" if needs_new_code(refusal) else try_again(refusal.wait or 1)
    if isinstance(refusal, InvalidPhone):
        return _("For example, %(example)s") % {"example": _on_one_line(example_phone())}
    left = refusal.meta.get("attempts_left")
    if left is None:
        return ""
    if left == 0:
        return _("No attempts left. Request a new code.")
    return ngettext("%(n)d attempt left.", "%(n)d attempts left.", left) % {"n": left}
