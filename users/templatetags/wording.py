"""How pages write phones, times to wait and devices."""

import math

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from users.pages.devices import device_name
from users.phones import written

register = template.Library()
register.filter("phone", written)


@register.filter
def clock(seconds: int) -> str:
    """Seconds as a clock shows them: 65 → 1:05."""
    return f"{seconds // 60}:{seconds % 60:02}"


@register.filter
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


@register.filter
def device(user_agent: str) -> str:
    """What people call the device."""
    return device_name(user_agent) or _("Unknown device")
