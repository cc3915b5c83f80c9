"""How pages write phones, times to wait, refusals and devices."""

from django import template
from django.utils.translation import gettext as _

from users.pages.devices import device_name
from users.pages.refusals import explain
from users.phones import written

register = template.Library()
register.filter("phone", written)
register.filter("explain", explain)


@register.filter
def clock(seconds: int) -> str:
    """Seconds as a clock shows them: 65 → 1:05."""
    return f"{seconds // 60}:{seconds % 60:02}"


@register.filter
def device(user_agent: str) -> str:
    """What people call the device."""
    return device_name(user_agent) or _("Unknown device")
