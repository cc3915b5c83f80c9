"""Filters that put phones, waiting times, refusals and devices into words."""

from django import template
from django.utils.translation import gettext as _

from users.pages.devices import device_name
from users.pages.refusals import explain, level
from users.phones import written

register = template.Library()
register.filter("phone", written)
register.filter("explain", explain)
register.filter("level", level)


@register.filter
def clock(seconds: int) -> str:
    """Seconds as minutes and seconds: 65 → 1:05."""
    return f"{seconds // 60}:{seconds % 60:02}"


@register.filter
def device(user_agent: str) -> str:
    """A readable name for the device."""
    return device_name(user_agent) or _("Unknown device")
