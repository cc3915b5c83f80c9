"""The rules of phone login. API and pages both call `send_code` and `confirm_code`."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.signals import user_logged_in
from django.db import connection, transaction
from django.utils.translation import gettext

from users import budgets, codes, security, sms
from users.addresses import AnyRequest, client_address, network_of
from users.codes import Slot, Try
from users.errors import InvalidCode, Refusal, TooManyAttempts
from users.models import Session, User
from users.phones import parse_phone
from users.sessions import open_session


@dataclass(frozen=True)
class Sent:
    """A code is on its way; times in seconds, `code` only where the gateway is simulated."""

    phone: str
    code_length: int
    expires_in: int = int(codes.LIFETIME.total_seconds())
    resend_in: int = int(codes.RESEND.total_seconds())
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
    slot = _slot_to_send(phone, network)
    code = codes.mark_sent(slot)
    try:
        give_back = budgets.take_sends(slot, network)
    except Refusal:
        codes.mark_unsent(slot)
        raise
    try:
        _deliver(slot, code)
    except Refusal:
        give_back()
        codes.mark_unsent(slot)
        raise
    codes.mark_delivered(slot)
    budgets.SENDS.add()
    return Sent(phone, slot.digits, code=code if sms.is_simulated() else None)


def confirm_code(raw_phone: str, code: str, request: AnyRequest) -> Login:
    """Log in by a one-time password; a phone never seen before is recorded now.

    Raises `InvalidPhone`, `InvalidCode`, `TooManyAttempts`.
    """
    phone, address = parse_phone(raw_phone), client_address(request)
    code = re.sub(r"[ -]", "", code)
    if not re.fullmatch(rf"[0-9]{{{budgets.SHORT}}}|[0-9]{{{budgets.LONG}}}", code):
        raise InvalidCode  # matches no code there is, so it costs no try
    refusal: InvalidCode | TooManyAttempts = InvalidCode()
    for slot in _slots_to_try(phone, len(code), network_of(address)):
        try:
            return _try(slot, code, address, request)
        except (InvalidCode, TooManyAttempts) as error:
            refusal = error
    security.log("guess failed", phone=phone, address=address)
    raise refusal


def _slot_to_send(phone: str, network: str) -> Slot:
    digits = budgets.code_digits(phone, network)
    return Slot(phone, digits, digits == budgets.LONG and budgets.is_familiar(phone, network))


def _slots_to_try(phone: str, digits: int, network: str) -> list[Slot]:
    """Where the code may be: for a long one, first on the lane that strangers can't use up."""
    slots = [Slot(phone, digits)]
    if digits == budgets.LONG and budgets.is_familiar(phone, network):
        slots.insert(0, Slot(phone, digits, familiar=True))
    return slots


def _deliver(slot: Slot, code: str) -> None:
    """Hand the message to the gateway, holding no database connection while it takes its time."""
    if not connection.in_atomic_block:
        connection.close()
    if not slot.test_code:
        text = gettext("Your code: %(code)s") % {"code": code}
        web_otp = f"@{urlsplit(settings.PUBLIC_URL).hostname} #{code}"
        sms.deliver(sms.Message(slot.phone, f"{text}\n\n{web_otp}"))


def _try(slot: Slot, code: str, address: str, request: AnyRequest) -> Login:
    """Charge a try first, then compare: parallel guesses can't share one."""
    network = network_of(address)
    attempt = codes.charge_try(slot, network)
    if attempt is None:
        raise _nothing_to_try(slot)
    left = budgets.take_guess(slot.phone, network, slot.digits)
    if left is None:
        raise _nothing_to_try(slot)
    if not attempt.matches(code):
        budgets.note_wrong_guess(slot.phone, network, slot.digits)
        raise InvalidCode(attempts_left=min(attempt.left, left))
    login = _log_in(attempt, request)
    budgets.give_back_after_login(slot, network, wrong=attempt.made_from(network) - 1)
    security.log("login", user=login.user.pk, session=login.session.pk, address=address)
    return login


def _nothing_to_try(slot: Slot) -> Refusal:
    life = codes.remaining_life(slot)
    return TooManyAttempts(life) if life else InvalidCode()


@transaction.atomic
def _log_in(attempt: Try, request: AnyRequest) -> Login:
    """Spend the code and open a session, or leave both as they were."""
    if not attempt.spend():
        raise InvalidCode
    user, is_new = User.objects.select_for_update(no_key=True).get_or_create(
        phone=attempt.slot.phone, defaults={"password": make_password(None)}
    )
    if not user.is_active:
        raise InvalidCode
    session = open_session(user, request)
    user_logged_in.send(sender=User, request=request, user=user)
    return Login(user, session, is_new)
