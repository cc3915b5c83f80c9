"""Changes an account's phone number; everything else about the account stays.

Rows are locked as in a login: challenge, user, sessions. A parallel login by the old number either
comes first, and its session ends with the others, or finds that nobody has the number.
"""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from users import security
from users.clients import Client
from users.errors import FreshLoginRequired, PhoneTaken, Refusal, StaffPhone, TokenNotValid
from users.login.attempts import use_code
from users.login.notices import send_notice
from users.models import Session, User
from users.phones import mask_phone, parse_phone
from users.sessions.lifecycle import end_all, end_others

FRESH = timedelta(minutes=10)


def change_phone(
    user: User, session_id: UUID, raw_phone: str, code: str, client: Client, ticket: str = ""
) -> None:
    """Move the account to a number by a code sent to it; all other sessions end.

    The account's current number is accepted, too. A correct code is used up even if the number
    turns out to be taken. Raises `InvalidPhone`, `FreshLoginRequired`, `StaffPhone`, `InvalidCode`,
    `TooManyAttempts`, `PhoneTaken`, or `TokenNotValid` if the session ended meanwhile.
    """
    phone = parse_phone(raw_phone)
    if _phone_of(user.pk, session_id) != phone:
        refusal = use_code(
            phone, code, client, ticket, lambda _: _move_own(user.pk, session_id, phone, client)
        )
        if refusal:
            raise refusal
    user.phone = phone


def change_by_staff(user_id: UUID, phone: str, client: Client, *, by: object) -> None:
    """Move an account without a code; all its sessions end. Raises `PhoneTaken`."""
    with transaction.atomic():
        old = _lock(user_id)
        if old is None or old == phone:
            return
        if not _move(user_id, phone):
            raise PhoneTaken
        end_all(user_id, client, "phone changed")
        _report(user_id, old, phone, client, by)


def check_fresh(session: Session) -> None:
    """Whether the phone may be changed in this session. Raises `StaffPhone`, `FreshLoginRequired`.

    Only the time of the login counts: a stolen token or an unattended phone is rarely so new.
    """
    if session.user.is_staff:
        raise StaffPhone
    if timezone.now() - session.created_at > FRESH:
        raise FreshLoginRequired


def _phone_of(user_id: UUID, session_id: UUID) -> str:
    """The user's phone, if it may be changed in this session; otherwise raises a refusal."""
    live = Session.objects.live().filter(pk=session_id, user=user_id)
    session: Session | None = live.select_related("user").first()
    if session is None:
        raise TokenNotValid
    check_fresh(session)
    return str(session.user.phone)


def _move_own(user_id: UUID, session_id: UUID, phone: str, client: Client) -> Refusal | None:
    """The refusal, if any. It is returned, not raised, so that the code stays used up."""
    _lock(user_id)
    old = _phone_of(user_id, session_id)  # checked again: a logout or a ban may have come first
    if old == phone:
        return None
    if not _move(user_id, phone):
        return PhoneTaken()
    end_others(user_id, client, current=session_id, reason="phone changed")
    _report(user_id, old, phone, client, by=user_id)
    return None


def _lock(user_id: UUID) -> str | None:
    """Lock the user against parallel logins, activations and deletion; returns the phone, if any.

    FOR UPDATE, since writing the phone, a key, takes this lock anyway.
    """
    rows = User.objects.select_for_update().filter(pk=user_id)
    return rows.values_list("phone", flat=True).first()


def _move(user_id: UUID, phone: str) -> bool:
    """Write the phone, unless somebody else has it.

    A query comes first: two accounts that swap phones would wait for each other.
    """
    if _is_taken(phone):
        return False
    try:
        with transaction.atomic():  # a parallel login or change may come first
            User.objects.filter(pk=user_id).update(phone=phone)
    except IntegrityError:
        return False
    return True


def _is_taken(phone: str) -> bool:
    return User.objects.filter(phone=phone).exists()


def _report(user_id: UUID, old: str, new: str, client: Client, by: object) -> None:
    """After the commit: write to the security log, and send a notice to the old number."""
    text = gettext("%(host)s: the phone number of your account was changed. Not you? Contact us.")
    notice = text % {"host": urlsplit(settings.PUBLIC_URL).hostname}

    def report() -> None:
        facts = {"user": user_id, "by": by, "to": mask_phone(new), "address": client.address}
        security.log("phone changed", phone=old, **facts)
        send_notice(old, notice)

    transaction.on_commit(report, robust=True)
