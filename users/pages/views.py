"""Login and sessions as pages, by the same rules as the API."""

import uuid
from functools import partial

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.i18n import set_language

from users import login
from users.clients import Client
from users.models import Session
from users.pages import browser, pending, typed
from users.pages.codes import CodePages
from users.pages.cookies import SignedCookie
from users.pages.decorators import page, submitted
from users.pages.forms import PhoneForm
from users.pages.pending import Pending
from users.sessions import lifecycle
from users.signals import happened

LOGIN = CodePages(
    "users/phone.html", "users/code.html", "code", SignedCookie("pending", pending.LIFETIME)
)


@page
def phone(request: HttpRequest) -> HttpResponse:
    """The phone form; a POST sends a code."""
    if browser.session_of(request):
        return redirect(settings.LOGIN_REDIRECT_URL)
    if request.method == "POST":
        return LOGIN.send(request, PhoneForm(request.POST))
    return LOGIN.ask(request, phone_form(request))


def phone_form(request: HttpRequest) -> PhoneForm:
    """The login form, with the phone that this browser entered last."""
    known = LOGIN.expected(request)
    return PhoneForm(initial={"phone": known.phone if known else ""})


@page
def code(request: HttpRequest) -> HttpResponse:
    """The code form; a POST logs in."""
    expected = LOGIN.expected(request)
    if expected is None or browser.session_of(request):
        return redirect(settings.LOGIN_URL)
    return LOGIN.enter(request, expected, partial(_log_in, request, expected))


@page
def resend(request: HttpRequest) -> HttpResponse:
    """Send the code again."""
    return LOGIN.resend(request)


def switch_language(request: HttpRequest) -> HttpResponse:
    """Django's view; keeps a partly typed phone."""
    response = set_language(request)
    if isinstance(response, HttpResponseRedirect):
        typed.keep(request, response)
    return response


@submitted
def log_out(request: HttpRequest, session: Session) -> HttpResponse:
    _end(request, session, session.pk)
    messages.info(request, _("You are logged out."))
    return _to_login_page()


@submitted
def end_session(request: HttpRequest, session: Session, pk: uuid.UUID) -> HttpResponse:
    """End one of the user's sessions; the answer is the same if it belongs to somebody else."""
    _end(request, session, pk)
    if pk == session.pk:
        return _to_login_page()
    messages.success(request, _("That device is logged out."), extra_tags="sessions")
    return redirect(settings.DEVICES_URL)


@submitted
def end_other_sessions(request: HttpRequest, session: Session) -> HttpResponse:
    lifecycle.end_others(session.user_id, Client.of(request.META), current=session.pk)
    messages.success(request, _("You are logged out everywhere else."), extra_tags="sessions")
    return redirect(settings.DEVICES_URL)


def _log_in(request: HttpRequest, expected: Pending, entered: str) -> HttpResponse:
    client = Client.of(request.META)
    done = login.confirm_code(expected.phone, entered, client, expected.ticket)
    rotate_token(request)  # a CSRF token from before the login is void after it
    if done.is_new_user:
        happened("user registered on a page", request=request)
    response = redirect(settings.LOGIN_REDIRECT_URL)
    browser.remember(response, done.session)
    return response


def _end(request: HttpRequest, session: Session, pk: uuid.UUID) -> None:
    lifecycle.end_one(session.user_id, pk, Client.of(request.META), current=session.pk)


def _to_login_page() -> HttpResponse:
    response = redirect(settings.LOGIN_URL)
    browser.forget(response)
    return response
