"""The login of the admin, and the session that each admin login opens."""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import update_last_login
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from unfold.forms import AuthenticationForm

from users import security
from users.admin.passwords import take_attempt
from users.clients import Client
from users.models import Session, User
from users.sessions import lifecycle

KEY = "session"


class LimitedLoginForm(AuthenticationForm):
    """The admin's login form; `TooMany` is not turned into a form error."""

    def clean(self) -> dict[str, Any]:
        """Charge an attempt before the password is looked at; a right one costs nothing."""
        if not {"username", "password"} <= self.cleaned_data.keys():
            return dict(self.cleaned_data)
        client, phone = Client.of(self.request.META), self.cleaned_data["username"]
        attempt = take_attempt(phone, client)
        cleaned: dict[str, Any] = super().clean()
        attempt.refund()
        return cleaned


admin.site.login_form = LimitedLoginForm


def is_live(request: HttpRequest) -> bool:
    """Whether the session of this admin login was not ended, by whatever way."""
    asked: dict[str, Any] = vars(request)
    if KEY in request.session and "login_is_live" not in asked:  # one page asks several times
        session = Session.objects.live().filter(pk=request.session[KEY]).first()
        if session:
            lifecycle.touch(session, Client.of(request.META))
            security.identify(session.user_id, session.pk)
        asked["login_is_live"] = session is not None
    return bool(asked.get("login_is_live"))


@receiver(user_logged_in)
def open_session(
    sender: type[User], request: HttpRequest | None, user: User, **kwargs: Any
) -> None:
    """Open a session for a login by password, too, so that whatever ends sessions ends it."""
    if request is None:  # by phone; that one has a session
        return
    update_last_login(sender, user)
    client = Client.of(request.META)
    lifetime = timedelta(seconds=request.session.get_expiry_age())
    session = lifecycle.open_session(user, client, lifetime)
    request.session[KEY] = str(session.pk)
    security.log("admin login", user=user.pk, session=session.pk, address=client.address)


@receiver(user_logged_out)
def end_session(sender: type[User], request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user and (raw := request.session.get(KEY)):
        session_id = uuid.UUID(raw)
        lifecycle.end_one(user.pk, session_id, Client.of(request.META), current=session_id)
