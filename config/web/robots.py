"""robots.txt: what search engines may read."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

# Invite links are not disallowed: a crawler that may not open a page never sees its `noindex`,
# and messengers, many of which obey this file, could show no preview.
RULES = """User-agent: *
Disallow: /admin/
Disallow: /api/
"""


@require_safe
@cache_control(public=True, max_age=86_400)
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(RULES, content_type="text/plain; charset=utf-8")
