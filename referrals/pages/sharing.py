"""Ways to share an invite link: a text for messengers, a QR code to show or print."""

from io import BytesIO
from urllib.parse import quote

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from referrals import profiles
from referrals.profiles import Referral
from users.models import Session
from users.pages.decorators import personal

QUIET_ZONE = 4  # empty modules around the code, required by ISO/IEC 18004
WIDTH = 1000  # pixels, at most: enough for a poster
KINDS = {"png": "image/png", "svg": "image/svg+xml"}


def text(referral: Referral) -> str:
    """The message that goes with the link."""
    return _("Join me! My invite code is %(code)s.") % {"code": referral.invite_code}


def links(referral: Referral) -> list[tuple[str, str]]:
    """Messengers by name, with URLs that open them with text and link filled in."""
    link, words = quote(referral.invite_link, safe=""), quote(text(referral), safe="")
    return [
        ("Telegram", f"https://t.me/share/url?url={link}&text={words}"),
        ("WhatsApp", f"https://wa.me/?text={words}%20{link}"),
        (pgettext("messenger", "SMS"), f"sms:?&body={words}%20{link}"),
    ]


def picture(link: str) -> SafeString:
    """The QR code as inline SVG that fits its container."""
    image = segno.make_qr(link, error="m").svg_inline(omitsize=True, border=2)
    return SafeString(image)  # contains only numbers


@personal
def qr(request: HttpRequest, session: Session) -> HttpResponse:
    """The QR code on a page of its own, for a friend's camera."""
    referral = profiles.referral_of(session.user)
    context = {"referral": referral, "qr": picture(referral.invite_link)}
    return render(request, "referrals/qr.html", context)


@personal
def download(request: HttpRequest, session: Session, kind: str) -> HttpResponse:
    """The QR code as a file."""
    referral = profiles.referral_of(session.user)
    image, file = segno.make_qr(referral.invite_link, error="m"), BytesIO()
    scale = WIDTH // image.symbol_size(border=QUIET_ZONE)[0]
    image.save(file, kind=kind, scale=scale, border=QUIET_ZONE, light="#fff")
    name = f'attachment; filename="invite-{referral.invite_code}.{kind}"'
    headers = {"Content-Type": KINDS[kind], "Content-Disposition": name}
    return HttpResponse(file.getvalue(), headers=headers)
