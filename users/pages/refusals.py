"""What a rule refused, in words, and beside the field it is about."""

import math

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from users.errors import InvalidCode, Refusal, TooMany, TooManyAttempts


def add_refusal(form: forms.BaseForm, refusal: Refusal) -> None:
    """Show the refusal beside its field, or above the form if it is about none."""
    form.add_error(refusal.attr if refusal.attr in form.fields else None, explain(refusal))


def explain(refusal: Refusal) -> str:
    """What was refused and what can be done about it."""
    return f"{refusal.detail} {_advice(refusal)}".strip()


def try_again(seconds: int) -> str:
    """When to come back, in seconds up to two minutes, in minutes up to two hours, in hours."""
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
    """Whether the code has no attempts left, so that another can be asked for at once."""
    used_up = isinstance(refusal, InvalidCode) and refusal.meta.get("attempts_left") == 0
    return used_up or isinstance(refusal, TooManyAttempts)


def _advice(refusal: Refusal) -> str:
    if isinstance(refusal, TooMany):
        return "" if needs_new_code(refusal) else try_again(refusal.wait or 1)
    left = refusal.meta.get("attempts_left")
    if left is None:
        return ""
    if left == 0:
        return _("No attempts left. Request a new code.")
    return ngettext("%(n)d attempt left.", "%(n)d attempts left.", left) % {"n": left}
