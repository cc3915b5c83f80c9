"""What browsers and messengers fetch besides pages: icons, the manifest, the preview."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from users.pages import pictures

DAY = 86_400  # s
TOUCH, HOME_SCREEN = 180, (192, 512)
GROUND, ACCENT = "#f4f5f9", pictures.ACCENT


def kept(view: Any) -> Any:
    """Let any cache keep the view's responses for a day, then revalidate them by ETag."""
    return require_safe(cache_control(public=True, max_age=DAY)(conditional_page(view)))


@kept
def favicon(request: HttpRequest) -> HttpResponse:
    return HttpResponse(pictures.favicon(), content_type="image/x-icon")


@kept
def touch_icon(request: HttpRequest) -> HttpResponse:
    return HttpResponse(pictures.icon(TOUCH), content_type="image/png")


@kept
def icon(request: HttpRequest, size: int) -> HttpResponse:
    """An icon of the manifest."""
    if size not in HOME_SCREEN:
        raise Http404
    return HttpResponse(pictures.icon(size), content_type="image/png")


@kept
def preview(request: HttpRequest, language: str) -> HttpResponse:
    """The picture that messengers show beside a link; it doesn't depend on the invite code."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    return HttpResponse(pictures.preview(language), content_type="image/png")


@kept
def manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to put the site on its home screen."""
    drawn = [{"src": reverse("icon", args=[n]), "sizes": f"{n}x{n}"} for n in HOME_SCREEN]
    pngs = [
        {**one, "type": "image/png", "purpose": purpose}
        for purpose in ("any", "maskable")
        for one in drawn
    ]
    svg = {"src": static("users/icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    content = {
        "id": "/",
        "name": _("Referral system"),
        "lang": get_language(),
        "start_url": "/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": GROUND,
        "theme_color": ACCENT,
        "icons": [svg, *pngs],
    }
    return JsonResponse(content, content_type="application/manifest+json")
