"""What templates know about the site."""

from django import template
from django.conf import settings
from django.urls import reverse

register = template.Library()


@register.simple_tag
def absolute(name: str, *args: str) -> str:
    """The absolute URL of a page."""
    return f"{settings.PUBLIC_URL}{reverse(name, args=args)}"


@register.simple_tag
def debug() -> bool:
    """Whether `DEBUG` is on."""
    return bool(settings.DEBUG)
