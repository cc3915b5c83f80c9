"""Login and sessions as pages: the same rules as the API's, said in words."""

import uuid
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from users import login
from users.clients import Client
from users.errors import CodeRecentlySent, InvalidCode, Refusal
from users.login import Sent
from users.models import Session
from users.pages import browser, pending
from users.pages.decorators import page, refused, submitted
from users.pages.forms import CodeForm, PhoneForm
from users.pages.pending import Pending
from users.pages.refusals import add_refusal, needs_new_code
from users.phones import parse_phone
from users.sessions import lifecycle

PHONE, CODE = "users/phone.html", "users/code.html"


@page
def phone(request: HttpRequest) -> HttpResponse:
    """Ask for the phone, and send a code to it."""
    if browser.session_of(request):
        return redirect(settings.LOGIN_REDIRECT_URL)
    if request.method == "POST":
        return _send(request, PhoneForm(request.POST))
    known = Pending.of(request)
    form = PhoneForm(initial={"phone": known.phone if known else ""})
    return render(request, PHONE, {"form": form})


@page
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code, and log in with it."""
    expected = Pending.of(request)
    if expected is None or browser.session_of(request):
        return redirect(settings.LOGIN_URL)
    if request.method == "POST":
        return _confirm(request, expected)
    return render(request, CODE, _expected(expected))


@page
def resend(request: HttpRequest) -> HttpResponse:
    """Send the code once more."""
    expected = Pending.of(request)
    if expected is None or request.method != "POST":
        return redirect("code")
    try:
        sent = _ask(request, expected.phone, expected)
    except Refusal as refusal:
        if isinstance(refusal, CodeRecentlySent):
            expected = expected.waiting(refusal)
        return refused(request, CODE, refusal, _expected(expected))
    messages.success(request, _("We sent the code again."))
    return _to_code_page(Pending.after(sent))


@submitted
def log_out(request: HttpRequest, session: Session) -> HttpResponse:
    _end(request, session, session.pk)
    messages.info(request, _("You are logged out."))
    return _to_login_page()


@submitted
def end_session(request: HttpRequest, session: Session, pk: uuid.UUID) -> HttpResponse:
    """End one of the user's sessions; the answer is the same for one that isn't theirs."""
    _end(request, session, pk)
    if pk == session.pk:
        return _to_login_page()
    messages.success(request, _("That device is logged out."))
    return redirect(settings.LOGIN_REDIRECT_URL)


@submitted
def end_other_sessions(request: HttpRequest, session: Session) -> HttpResponse:
    lifecycle.end_others(session.user_id, Client.of(request.META), current=session.pk)
    messages.success(request, _("You are logged out everywhere else."))
    return redirect(settings.LOGIN_REDIRECT_URL)


def _send(request: HttpRequest, form: PhoneForm) -> HttpResponse:
    if not form.is_valid():
        return render(request, PHONE, {"form": form}, status=400)
    entered = form.cleaned_data["phone"]
    try:
        sent = _ask(request, parse_phone(entered), Pending.of(request))
    except Refusal as refusal:
        add_refusal(form, refusal)
        if isinstance(refusal, CodeRecentlySent):
            return _sent_recently(request, form, parse_phone(entered), refusal)
        return refused(request, PHONE, refusal, {"form": form})
    return _to_code_page(Pending.after(sent))


def _sent_recently(
    request: HttpRequest, form: PhoneForm, number: str, refusal: CodeRecentlySent
) -> HttpResponse:
    """Lead to the page of the code, which may have been asked for elsewhere."""
    known = Pending.of(request)
    if known is None or known.phone != number:
        known = Pending(number)
    response = refused(request, PHONE, refusal, {"form": form, "pending": known})
    known.waiting(refusal).remember(response)
    return response


def _confirm(request: HttpRequest, expected: Pending) -> HttpResponse:
    form = CodeForm(request.POST, digits=expected.digits)
    if not form.is_valid():
        return render(request, CODE, _expected(expected, form), status=400)
    try:
        code = form.cleaned_data["code"]
        done = login.confirm_code(expected.phone, code, Client.of(request.META), expected.ticket)
    except Refusal as refusal:
        return _wrong(request, expected, form, refusal)
    rotate_token(request)  # one known before the login is worth nothing after it
    response = redirect(settings.LOGIN_REDIRECT_URL)
    browser.remember(response, done.session)
    pending.forget(response)
    return response


def _wrong(
    request: HttpRequest, expected: Pending, form: CodeForm, refusal: Refusal
) -> HttpResponse:
    if needs_new_code(refusal):
        expected = expected.resendable()
    add_refusal(form, refusal)
    response = refused(request, CODE, refusal, _expected(expected, form))
    expected.remember(response)
    return response


def _expected(expected: Pending, form: CodeForm | None = None) -> dict[str, Any]:
    return {"pending": expected, "form": form or CodeForm(digits=expected.digits)}


def _end(request: HttpRequest, session: Session, pk: uuid.UUID) -> None:
    lifecycle.end_one(session.user_id, pk, Client.of(request.META), current=session.pk)


def _ask(request: HttpRequest, phone: str, pending: Pending | None) -> Sent:
    """Ask for a code with this browser's ticket for the phone, or without if that is no good."""
    asking = Client.of(request.META)
    if pending and pending.ticket and pending.phone == phone:
        with suppress(InvalidCode):
            return login.send_code(phone, asking, pending.ticket)
    return login.send_code(phone, asking)


def _to_code_page(expected: Pending) -> HttpResponse:
    response = redirect("code")
    expected.remember(response)
    return response


def _to_login_page() -> HttpResponse:
    response = redirect(settings.LOGIN_URL)
    browser.forget(response)
    return response
