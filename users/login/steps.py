"""The rules of phone login. API and pages both call `send_code` and `confirm_code`."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.signals import user_logged_in
from django.db import transaction

from users import security
from users.clients import AnyRequest, client_address, network_of
from users.errors import InvalidCode, TooManyAttempts
from users.limits import policy
from users.login import challenges, gateways
from users.login.challenges import Slot, Try
from users.login.delivery import place_order, slot_of
from users.models import Session, User
from users.phones import parse_phone
from users.sessions.lifecycle import open_session


@dataclass(frozen=True)
class Sent:
    """A code is on its way; times in seconds, `code` only where the gateway is simulated."""

    phone: str
    code_length: int
    expires_in: int = int(challenges.LIFETIME.total_seconds())
    resend_in: int = int(challenges.RESEND.total_seconds())
    code: str | None = None


@dataclass(frozen=True)
class Login:
    """A successful login; `is_new_user` if the phone was recorded with it."""

    user: User
    session: Session
    is_new_user: bool


def send_code(raw_phone: str, request: AnyRequest) -> Sent:
    """Send a one-time password to a phone.

    Raises `InvalidPhone`, `CodeRecentlySent`, `TooManyCodes`, `SmsUnavailable`.
    """
    phone, network = parse_phone(raw_phone), network_of(client_address(request))
    order = place_order(phone, network)
    order.deliver()
    shown = order.code if gateways.is_simulated() else None
    return Sent(phone, order.slot.digits, code=shown)


def confirm_code(raw_phone: str, code: str, request: AnyRequest) -> Login:
    """Log in by a one-time password; a phone never seen before is recorded now.

    Raises `InvalidPhone`, `InvalidCode`, `TooManyAttempts`.
    """
    phone, address = parse_phone(raw_phone), client_address(request)
    code = re.sub(r"[ -]", "", code)
    if not re.fullmatch(rf"[0-9]{{{policy.SHORT}}}|[0-9]{{{policy.LONG}}}", code):
        raise InvalidCode  # matches no code there is, so it costs no try
    network = network_of(address)
    slot = slot_of(phone, len(code), network)
    try:
        attempt = _try(slot, code, network)
        login = _log_in(attempt, network, request)
    except (InvalidCode, TooManyAttempts):
        security.log("guess failed", phone=phone, address=address)
        raise
    security.log("login", user=login.user.pk, session=login.session.pk, address=address)
    return login


def _try(slot: Slot, code: str, network: str) -> Try:
    """The right try. It is charged before it is compared: parallel guesses can't share one."""
    attempt = challenges.charge_try(slot)
    attempts = [attempt] if attempt else []
    if slot.digits == policy.LONG and not challenges.remaining_life(slot):
        attempts = challenges.charge_roaming_tries(
            slot
        )  # asked for on one network, typed on another
    left = policy.take_guess(slot.phone, network, slot.digits) if attempts else None
    if left is None:
        life = challenges.remaining_life(slot)
        raise TooManyAttempts(life) if life else InvalidCode()
    for attempt in attempts:
        if attempt.matches(code):
            return attempt
        attempt.mark_wrong(network)
    policy.note_wrong_guess(slot.phone, network, slot.digits)
    raise InvalidCode(attempts_left=min(left, *(attempt.left for attempt in attempts)))


def _log_in(attempt: Try, network: str, request: AnyRequest) -> Login:
    try:
        login, last_login = _open(attempt, network, request)
    except InvalidCode:
        policy.give_back_guess(attempt.slot.phone, network, attempt.slot.digits)
        raise
    policy.note_login(last_login)
    return login


@transaction.atomic
def _open(attempt: Try, network: str, request: AnyRequest) -> tuple[Login, datetime | None]:
    """Spend the code and open a session, or leave both as they were."""
    spent = attempt.spend(network)
    if spent is None:  # a parallel request was first
        raise InvalidCode
    user, is_new = User.objects.lock(attempt.slot.phone), False
    if user is None:
        user, is_new = User.objects.select_for_update(no_key=True).get_or_create(
            phone=attempt.slot.phone, defaults={"password": make_password(None)}
        )
    if not user.is_active:
        raise InvalidCode
    last_login, session = user.last_login, open_session(user, request)
    user_logged_in.send(sender=User, request=request, user=user)
    policy.give_back_login(
        attempt.slot.phone, network, attempt.slot.digits, wrong=spent.wrong, familiar=spent.familiar
    )
    return Login(user, session, is_new), last_login
