"""Login and sessions as pages: the same rules as the API's, said in words."""

import uuid
from contextlib import suppress

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from users import login
from users.clients import Client
from users.errors import CodeRecentlySent, InvalidCode, Refusal, TooManyAttempts
from users.login import Sent
from users.models import Session
from users.pages import browser, pending
from users.pages.decorators import page, refused, submitted
from users.pages.pending import Pending
from users.phones import example_phone, parse_phone
from users.sessions import lifecycle

PHONE, CODE = "users/phone.html", "users/code.html"


@page
def phone(request: HttpRequest) -> HttpResponse:
    """Ask for the phone, and send a code to it."""
    if browser.session_of(request):
        return redirect(settings.LOGIN_REDIRECT_URL)
    if request.method == "POST":
        return _send(request, request.POST.get("phone", ""))
    known = Pending.of(request)
    return render(request, PHONE, {"phone": known.phone if known else "", **_example()})


@page
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code, and log in with it."""
    expected = Pending.of(request)
    if expected is None or browser.session_of(request):
        return redirect(settings.LOGIN_URL)
    if request.method == "POST":
        return _confirm(request, expected)
    return render(request, CODE, {"pending": expected})


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
        return refused(request, CODE, refusal, {"pending": expected})
    messages.success(request, _("The code was sent again."))
    return _expecting(Pending.after(sent))


@submitted
def log_out(request: HttpRequest, session: Session) -> HttpResponse:
    """End the session of this browser."""
    _end(request, session, session.pk)
    messages.info(request, _("You are logged out."))
    return _gone()


@submitted
def end_session(request: HttpRequest, session: Session, pk: uuid.UUID) -> HttpResponse:
    """End one of the user's sessions; nothing is said of those of others."""
    _end(request, session, pk)
    if pk == session.pk:
        return _gone()
    messages.success(request, _("The session is ended."))
    return redirect(settings.LOGIN_REDIRECT_URL)


@submitted
def end_other_sessions(request: HttpRequest, session: Session) -> HttpResponse:
    """End all of the user's sessions but this one."""
    lifecycle.end_others(session.user_id, Client.of(request.META), current=session.pk)
    messages.success(request, _("All other sessions are ended."))
    return redirect(settings.LOGIN_REDIRECT_URL)


def _send(request: HttpRequest, entered: str) -> HttpResponse:
    try:
        sent = _ask(request, parse_phone(entered), Pending.of(request))
    except Refusal as refusal:
        context = {"phone": entered, **_example()}
        if not isinstance(refusal, CodeRecentlySent):
            return refused(request, PHONE, refusal, context)
        known = Pending.of(request)
        if known is None or known.phone != parse_phone(entered):
            known = Pending(parse_phone(entered))
        response = refused(request, PHONE, refusal, {**context, "pending": known})
        known.waiting(refusal).remember(response)
        return response
    return _expecting(Pending.after(sent))


def _confirm(request: HttpRequest, expected: Pending) -> HttpResponse:
    try:
        done = login.confirm_code(
            expected.phone, request.POST.get("code", ""), Client.of(request.META), expected.ticket
        )
    except Refusal as refusal:
        void = _is_void(refusal)
        if void:
            expected = expected.resendable()
        response = refused(request, CODE, refusal, {"pending": expected, "void": void})
        expected.remember(response)
        return response
    rotate_token(request)  # one known before the login is worth nothing after it
    response = redirect(settings.LOGIN_REDIRECT_URL)
    browser.remember(response, done.session)
    pending.forget(response)
    return response


def _ask(request: HttpRequest, phone: str, pending: Pending | None) -> Sent:
    """Ask for a code: again, if this browser has the phone's ticket and it is still good."""
    asking = Client.of(request.META)
    if pending and pending.ticket and pending.phone == phone:
        with suppress(InvalidCode):
            return login.send_code(phone, asking, pending.ticket)
    return login.send_code(phone, asking)


def _end(request: HttpRequest, session: Session, pk: uuid.UUID) -> None:
    lifecycle.end_one(session.user_id, pk, Client.of(request.META), current=session.pk)


def _is_void(refusal: Refusal) -> bool:
    """Whether the code has no tries left, so that another can be asked for at once."""
    spent = isinstance(refusal, InvalidCode) and refusal.meta.get("attempts_left") == 0
    return spent or isinstance(refusal, TooManyAttempts)


def _expecting(expected: Pending) -> HttpResponse:
    response = redirect("code")
    expected.remember(response)
    return response


def _gone() -> HttpResponse:
    response = redirect(settings.LOGIN_URL)
    browser.forget(response)
    return response


def _example() -> dict[str, str]:
    return {"example": example_phone()}
