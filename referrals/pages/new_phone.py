"""The pages for changing the phone: the new number, then the code sent to it."""

from collections.abc import Callable
from functools import partial, wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from referrals.pages.forms import NewPhoneForm
from referrals.pages.sections import to_section
from users import login
from users.clients import Client
from users.errors import FreshLoginRequired, PhoneTaken, StaffPhone
from users.login.phone_change import check_fresh
from users.models import Session
from users.pages import pending
from users.pages.codes import CodePages
from users.pages.cookies import SignedCookie
from users.pages.decorators import personal, refused
from users.pages.pending import Pending
from users.pages.refusals import add_refusal

View = Callable[[HttpRequest, Session], HttpResponse]


def pages_of(session: Session) -> CodePages:
    """The pages, with a cookie that is void for the next user of this browser."""
    cookie = SignedCookie("new-phone", pending.LIFETIME, owner=str(session.pk))
    return CodePages(
        "referrals/new_phone.html", "referrals/new_phone_code.html", "new_phone_code", cookie
    )


def fresh(view: View) -> Callable[..., HttpResponse]:
    """A page that requires a fresh login; others are asked to log in again."""

    @personal
    @wraps(view)
    def shown(request: HttpRequest, session: Session) -> HttpResponse:
        try:
            check_fresh(session)
        except (FreshLoginRequired, StaffPhone) as refusal:
            return refused(request, "referrals/new_phone_refused.html", refusal)
        return view(request, session)

    return shown


@fresh
def phone(request: HttpRequest, session: Session) -> HttpResponse:
    """The form for the new number; a POST sends a code there."""
    pages = pages_of(session)
    if request.method == "POST":
        return pages.send(request, NewPhoneForm(request.POST, own=session.user.phone))
    return pages.ask(request, NewPhoneForm(own=session.user.phone))


@fresh
def code(request: HttpRequest, session: Session) -> HttpResponse:
    """The code form; a POST changes the phone."""
    pages = pages_of(session)
    expected = pages.expected(request)
    if expected is None:
        return redirect("new_phone")
    return pages.enter(request, expected, partial(_change, request, session, expected))


@fresh
def resend(request: HttpRequest, session: Session) -> HttpResponse:
    """Send the code again."""
    return pages_of(session).resend(request)


def _change(
    request: HttpRequest, session: Session, expected: Pending, entered: str
) -> HttpResponse:
    client = Client.of(request.META)
    try:
        login.change_phone(
            session.user, session.pk, expected.phone, entered, client, expected.ticket
        )
    except PhoneTaken as refusal:
        form = NewPhoneForm({"phone": expected.phone}, own=session.user.phone)
        add_refusal(form, refusal)
        return refused(request, pages_of(session).phone_page, refusal, {"form": form})
    messages.success(request, _("Your phone number has been changed."), extra_tags="number")
    return to_section("settings", "number")
