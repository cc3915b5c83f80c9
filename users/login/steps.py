"""The steps of a login by phone: send a code, confirm a code."""

from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from django.contrib.auth.hashers import make_password
from django.contrib.auth.signals import user_logged_in
from django.db import IntegrityError, transaction
from django.db.models import DateTimeField
from django.utils import timezone

from users import security
from users.clients import Client
from users.errors import InvalidCode
from users.login import gateways
from users.login.attempts import Attempt, use_code
from users.login.challenges import LIFETIME, RESEND
from users.login.delivery import prepare
from users.models import Session, User
from users.phones import parse_phone
from users.sessions.lifecycle import open_session
from users.signals import user_registered
from users.statements import Param, Statement, columns_of

SELDOM_ASKED = {"password", "first_name", "last_name", "email", "is_superuser", "date_joined"}
LOCKED = columns_of(User, without=SELDOM_ASKED)
LOG_IN = Statement(
    "log_in",
    lambda: User.objects.filter(phone=Param("phone")),
    update={"last_login": Param("now", DateTimeField())},
    returning=tuple(LOCKED),
)


@dataclass(frozen=True)
class Sent:
    """A sent code; times in seconds.

    `ticket` is set if a challenge was opened, or if the caller sent it. `code` is set only if the
    gateway is simulated.
    """

    phone: str
    code_length: int
    ticket: str | None
    expires_in: int = LIFETIME
    resend_in: int = RESEND
    code: str | None = None


@dataclass(frozen=True)
class Login:
    """A successful login; `is_new_user` if it created the user."""

    user: User
    session: Session
    is_new_user: bool


def send_code(raw_phone: str, client: Client, ticket: str = "") -> Sent:
    """Send a one-time password to a phone.

    Raises `InvalidPhone`, `InvalidTicket`, `CodeRecentlySent`, `TooManyCodes`, `SmsUnavailable`,
    or `Unavailable` when too many ask at once.
    """
    delivery = prepare(parse_phone(raw_phone), client, ticket)
    delivery.send()
    challenge = delivery.change.challenge
    return Sent(
        challenge.phone,
        challenge.digits,
        delivery.change.ticket or ticket or None,
        code=challenge.code if gateways.is_simulated() else None,
    )


def confirm_code(raw_phone: str, code: str, client: Client, ticket: str = "") -> Login:
    """Log in by a one-time password; a phone never seen before becomes a new user.

    Raises `InvalidPhone`, `InvalidCode`, `TooManyAttempts`.
    """
    phone = parse_phone(raw_phone)
    login = use_code(phone, code, client, ticket, partial(_open, client=client))
    security.log("login", user=login.user.pk, session=login.session.pk, address=client.address)
    return login


def _open(attempt: Attempt, client: Client) -> Login:
    """Open a session for the phone's user. Raises `InvalidCode` for users who may not log in."""
    user, is_new = _log_in(attempt.pair.phone)
    if not user.is_active or (attempt.pair.test and user.is_staff):
        raise InvalidCode(attempts_left=attempt.left)
    session = open_session(user, client)
    user_logged_in.send(sender=User, request=None, user=user)
    if is_new:
        transaction.on_commit(lambda: user_registered.send_robust(sender=User, user=user))
    return Login(user, session, is_new)


def _log_in(phone: str) -> tuple[User, bool]:
    """The phone's user, created if new, and locked until the transaction ends.

    Names and rights are deferred: reading them takes another query.
    """
    now = timezone.now()
    while True:
        if row := LOG_IN.row(phone=phone, now=now):
            return User.from_db("default", LOCKED, row), False
        new = {"phone": phone, "password": make_password(None), "last_login": now}
        with suppress(IntegrityError), transaction.atomic():  # a parallel login may come first
            return User.objects.create(**new), True
