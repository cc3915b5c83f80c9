"""Images for programs: the icon for home screens and tabs, the preview for messengers.

Drawn once per process, since they depend only on size and language. The font is the admin theme's:
Pillow's own has no Cyrillic, and a bare server has no fonts.
"""

from functools import cache
from io import BytesIO

from django.contrib.staticfiles import finders
from django.utils.translation import gettext as _
from django.utils.translation import override
from PIL import Image, ImageDraw, ImageFont

ACCENT, INK, SOFT, FAINT = "#3346c4", "#fff", "#d6dbff", "#4356d2"
MARK = ((10.5, 16, 4), (22, 9, 3), (22, 23, 3))  # x, y, radius on a square of 32, as in icon.svg
SIDE, FINER = 32, 4  # drawn finer than shown, since Pillow's edges are jagged
WIDTH, HEIGHT, MARGIN = 1200, 630, 88
FAVICONS = [(16, 16), (32, 32), (48, 48)]


@cache
def icon(size: int) -> bytes:
    """The icon as a PNG without rounded corners: phones cut it to shape."""
    return _png(_icon(size))


@cache
def favicon() -> bytes:
    """The icon as an ICO, for programs that request /favicon.ico without reading the page."""
    out = BytesIO()
    _icon(FAVICONS[-1][0]).save(out, "ICO", sizes=FAVICONS)
    return out.getvalue()


@cache
def preview(language: str) -> bytes:
    """The PNG that messengers show beside a link, the same for all links."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), ACCENT)
    picture.paste(_mark(820, ACCENT, FAINT), (640, -95))
    picture.paste(_mark(112, ACCENT, INK), (MARGIN - 22, MARGIN - 36))
    with override(language):
        _write(picture)
    return _png(picture)


def _write(picture: Image.Image) -> None:
    draw = ImageDraw.Draw(picture)
    draw.text((MARGIN + 96, MARGIN), _("Referral system"), INK, _font("SemiBold", 40), "lt")
    lines = _lines(_("Join with just your phone number"), _font("Bold", 88), WIDTH - 2 * MARGIN)
    draw.multiline_text((MARGIN, 215), lines, INK, _font("Bold", 88), spacing=22)
    about = _("No password: we'll text you a code.")
    draw.text((MARGIN, HEIGHT - MARGIN), about, SOFT, _font("Medium", 36), "ls")


def _lines(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """The text wrapped into lines of at most `width` pixels."""
    done: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and font.getlength(longer) > width:
            done, longer = [*done, line], word
        line = longer
    return "\n".join([*done, line])


@cache
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(finders.find(f"unfold/fonts/inter/Inter-{weight}.woff2")), size)


def _icon(size: int) -> Image.Image:
    return _mark(size, ACCENT, INK)


def _mark(size: int, ground: str, ink: str) -> Image.Image:
    """The logo: one person and the two they invited."""
    scale = size * FINER / SIDE
    picture = Image.new("RGB", (size * FINER, size * FINER), ground)
    draw = ImageDraw.Draw(picture)
    (x, y, _radius), *others = MARK
    for far_x, far_y, _radius in others:
        line = [(x * scale, y * scale), (far_x * scale, far_y * scale)]
        draw.line(line, ink, round(2 * scale))
    for x, y, radius in MARK:
        draw.circle((x * scale, y * scale), radius * scale, ink)
    return picture.reduce(FINER)


def _png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
