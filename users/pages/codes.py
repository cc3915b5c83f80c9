"""The two pages for requesting and entering a code, whatever the code is for."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from users import login
from users.clients import Client
from users.errors import CodeRecentlySent, InvalidCode, Refusal, TokenNotValid
from users.login import Sent
from users.pages import typed
from users.pages.cookies import SignedCookie
from users.pages.decorators import refused
from users.pages.forms import CodeForm, PhoneForm
from users.pages.pending import Pending
from users.pages.refusals import add_refusal, needs_new_code
from users.phones import parse_phone
from users.signals import happened


@dataclass(frozen=True)
class CodePages:
    """The two templates, the address of the second, and the cookie that links them."""

    phone_page: str
    code_page: str
    code_url: str
    cookie: SignedCookie

    def expected(self, request: HttpRequest) -> Pending | None:
        """The code that this browser has requested, if any."""
        return Pending.read(self.cookie.read(request))

    def ask(
        self, request: HttpRequest, form: PhoneForm, page: str = "", **context: Any
    ) -> HttpResponse:
        """Show the phone form, and a link to the code page if a code is on its way."""
        form.initial["phone"] = typed.recall(request) or form.initial.get("phone", "")
        context |= {"form": form, "pending": self.expected(request)}
        return render(request, page or self.phone_page, context)

    def send(self, request: HttpRequest, form: PhoneForm) -> HttpResponse:
        """Send a code to the phone in the form, and redirect to the code page."""
        if not form.is_valid():
            return render(request, self.phone_page, {"form": form}, status=400)
        entered = form.cleaned_data["phone"]
        try:
            sent = _ask(request, parse_phone(entered), self.expected(request))
        except Refusal as refusal:
            add_refusal(form, refusal)
            if isinstance(refusal, CodeRecentlySent):
                return self._sent_recently(request, form, parse_phone(entered), refusal)
            return refused(request, self.phone_page, refusal, {"form": form})
        happened("code asked for on a page", request=request)
        return self._to_code_page(request, Pending.after(sent))

    def resend(self, request: HttpRequest) -> HttpResponse:
        """Send the code again, on POST only."""
        expected = self.expected(request)
        if expected is None or request.method != "POST":
            return redirect(self.code_url)
        try:
            sent = _ask(request, expected.phone, expected)
        except Refusal as refusal:
            if isinstance(refusal, CodeRecentlySent):
                expected = expected.waiting(refusal)
            response = refused(request, self.code_page, refusal, _context(expected))
            self.cookie.write(response, expected.written())
            return response
        same = (sent.ticket or "") == expected.ticket
        messages.success(
            request, _("We sent the code again.") if same else _("We sent a new code.")
        )
        return self._to_code_page(request, Pending.after(sent))

    def enter(
        self, request: HttpRequest, expected: Pending, use: Callable[[str], HttpResponse]
    ) -> HttpResponse:
        """Show the code form; a submitted code is answered by `use`, which may refuse it."""
        if request.method != "POST":
            return render(request, self.code_page, _context(expected))
        form = CodeForm(request.POST, digits=expected.digits)
        if not form.is_valid():
            return render(request, self.code_page, _context(expected, form), status=400)
        try:
            response = use(form.cleaned_data["code"])
        except TokenNotValid:  # the session is over
            raise
        except Refusal as refusal:
            return self._wrong(request, expected, form, refusal)
        self.cookie.delete(response)
        return response

    def _wrong(
        self, request: HttpRequest, expected: Pending, form: CodeForm, refusal: Refusal
    ) -> HttpResponse:
        if needs_new_code(refusal):
            expected = expected.without_attempts()
        add_refusal(form, refusal)
        response = refused(request, self.code_page, refusal, _context(expected, form))
        self.cookie.write(response, expected.written())
        return response

    def _sent_recently(
        self, request: HttpRequest, form: PhoneForm, number: str, refusal: CodeRecentlySent
    ) -> HttpResponse:
        """Redirect to the code page; the code may have been requested in another browser."""
        known = self.expected(request)
        if known is None or known.phone != number:
            known = Pending(number)
        response = refused(request, self.phone_page, refusal, {"form": form, "pending": known})
        self.cookie.write(response, known.waiting(refusal).written())
        return response

    def _to_code_page(self, request: HttpRequest, expected: Pending) -> HttpResponse:
        response = redirect(self.code_url)
        self.cookie.write(response, expected.written())
        typed.forget(request, response)
        return response


def _context(expected: Pending, form: CodeForm | None = None) -> dict[str, Any]:
    return {"pending": expected, "form": form or CodeForm(digits=expected.digits)}


def _ask(request: HttpRequest, phone: str, pending: Pending | None) -> Sent:
    """Request a code with this browser's ticket, or without if it is no longer valid."""
    asking = Client.of(request.META)
    if pending and pending.ticket and pending.phone == phone:
        with suppress(InvalidCode):
            return login.send_code(phone, asking, pending.ticket)
    return login.send_code(phone, asking)
