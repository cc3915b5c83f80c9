"""The steps of a login by phone: a code is sent, and entered."""

from contextlib import suppress
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.contrib.auth.signals import user_logged_in
from django.db import Error, IntegrityError, transaction

from users import security
from users.clients import Client
from users.errors import InvalidCode, Refusal, TooManyAttempts
from users.limits import policy
from users.login import gateways
from users.login.attempts import Attempt, take_code
from users.login.challenges import LIFETIME, RESEND
from users.login.delivery import prepare
from users.models import Session, User
from users.phones import parse_phone
from users.sessions.lifecycle import open_session
from users.signals import user_registered
from users.statements import Param, Statement, columns_of

SELDOM_ASKED = {"password", "first_name", "last_name", "email", "is_superuser", "date_joined"}
LOCKED = columns_of(User, without=SELDOM_ASKED)
LOCK_USER = Statement(
    "lock_user",
    lambda: (
        User.objects.filter(phone=Param("phone"))
        .select_for_update(no_key=True)
        .values_list(*LOCKED)
    ),
)


@dataclass(frozen=True)
class Sent:
    """A code is on its way; times in seconds.

    The ticket is told when a challenge opens, and to who sent it along. `code` is told only where
    the gateway is simulated.
    """

    phone: str
    code_length: int
    ticket: str | None
    expires_in: int = LIFETIME
    resend_in: int = RESEND
    code: str | None = None


@dataclass(frozen=True)
class Login:
    """A successful login; `is_new_user` if the phone was recorded with it."""

    user: User
    session: Session
    is_new_user: bool


def send_code(raw_phone: str, client: Client, ticket: str = "") -> Sent:
    """Send a one-time password to a phone.

    Raises `InvalidPhone`, `InvalidTicket`, `CodeRecentlySent`, `TooManyCodes`,
    `SmsUnavailable`.
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
    """Log in by a one-time password; a phone never seen before is recorded now.

    Raises `InvalidPhone`, `InvalidCode`, `TooManyAttempts`.
    """
    phone = parse_phone(raw_phone)
    try:
        attempt = take_code(phone, code, client, ticket)
        login = _log_in(attempt, client)
    except (InvalidCode, TooManyAttempts):
        security.log("guess failed", phone=phone, address=client.address)
        raise
    policy.LOGINS.add()
    security.log("login", user=login.user.pk, session=login.session.pk, address=client.address)
    return login


def _log_in(attempt: Attempt, client: Client) -> Login:
    try:
        login, charged = _open(attempt, client)
    except InvalidCode:  # it stays charged, like a wrong one
        raise
    except (Refusal, Error):  # no fault of the caller's
        with suppress(Error):
            if attempt.challenge.refund_attempt():  # else the login that used it gives it back
                attempt.refund(1)
        raise
    with suppress(Error):
        attempt.refund(charged)
    return login


@transaction.atomic
def _open(attempt: Attempt, client: Client) -> tuple[Login, int]:
    """Use the code up and open a session, or leave both as they were; what the door was charged."""
    charged = attempt.challenge.use()
    if charged is None:  # a parallel request was first
        raise InvalidCode
    user, is_new = _lock_user(attempt.pair.phone)
    if not user.is_active or (attempt.pair.test and user.is_staff):
        raise InvalidCode(attempts_left=attempt.left)
    session = open_session(user, client)
    user_logged_in.send(sender=User, request=None, user=user)
    if is_new:
        transaction.on_commit(lambda: user_registered.send_robust(sender=User, user=user))
    return Login(user, session, is_new), charged


def _lock_user(phone: str) -> tuple[User, bool]:
    """The phone's user, kept from parallel changes until the transaction ends; if new, made now.

    Names and rights come by a query of their own when asked for.
    """
    while True:
        if row := LOCK_USER.row(phone=phone):
            return User.from_db("default", LOCKED, row), False
        with suppress(IntegrityError), transaction.atomic():  # a parallel login may be first
            return User.objects.create(phone=phone, password=make_password(None)), True
