"""The rules of inviting: every user has a code, and may activate someone else's, once."""

import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import UUIDField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from referrals.errors import (
    AlreadyActivated,
    InviteCodesExhausted,
    OwnInviteCode,
    TooManyInviteCodes,
    UnknownInviteCode,
)
from referrals.models import CODE_LENGTH, Activation, ActivationQuerySet, InviteCode
from referrals.signals import invite_code_activated
from users.chains import Step, run_chain
from users.errors import Refusal, TokenNotValid
from users.limits.buckets import RateLimit
from users.models import User
from users.phones import plain_text
from users.signals import happened
from users.statements import Param, Statement
from users.transactions import atomic_repeated

DIGITS, LETTERS = "23456789", "BCDFGHJKMNPQRSTVWXYZ"  # no look-alikes, no vowels, so no words
POSSIBLE = re.compile(rf"(?=.*[{DIGITS}])(?=.*[{LETTERS}])[{DIGITS}{LETTERS}]{{{CODE_LENGTH}}}")
DRAWS = 10
WRONG_CODES = RateLimit("invite-codes", 10, timedelta(minutes=6), _("failed activations of a user"))

ISSUED = Statement(
    "issued",
    lambda: InviteCode.objects.filter(owner=Param("owner", UUIDField())).values_list("pk"),
)
LOCK_INVITEE = Statement(
    "lock_invitee",
    lambda: (
        User.objects.filter(pk=Param("id", UUIDField()))
        .select_for_update(no_key=True)
        .values_list("pk")
    ),
)
CODES = Statement(
    "codes_for_activation",
    """SELECT (SELECT code FROM referrals_activation WHERE invitee_id = %(invitee)s), (
        SELECT owner_id FROM referrals_invitecode
        JOIN users_user ON users_user.id = owner_id AND users_user.is_active
        WHERE value = %(value)s),
    (SELECT resets_at FROM users_limit WHERE key = %(limit)s)""",
)
ACTIVATE = Statement(
    "activate",
    """INSERT INTO referrals_activation (invitee_id, inviter_id, code, activated_at)
    SELECT %(invitee)s, %(inviter)s, %(value)s, %(now)s FROM {before} WHERE TRUE
    ON CONFLICT (invitee_id) DO NOTHING RETURNING id""",
)
COUNT = Statement(
    "count_activation",
    """UPDATE referrals_invitecode SET activations_count = activations_count + 1
    FROM {before} WHERE owner_id = %(owner)s RETURNING referrals_invitecode.id""",
)


def issue(user: User) -> InviteCode:
    """The user's invite code, drawn if there is none yet. Raises `InviteCodesExhausted`.

    If the code is taken, the insert changes nothing, and another code is drawn; if a parallel
    request has given the user a code, that one is found.
    """
    mine = InviteCode.objects.filter(owner=user)
    for _try in range(DRAWS):
        if code := mine.first():
            return code
        InviteCode.objects.bulk_create(
            [InviteCode(owner_id=user.pk, value=draw())], ignore_conflicts=True
        )
    if code := mine.first():
        return code
    raise InviteCodesExhausted


def draw(choice: Callable[[str], str] = secrets.choice) -> str:
    """A random code with at least one digit and one letter."""
    while True:
        value = "".join(choice(DIGITS + LETTERS) for _ in range(CODE_LENGTH))
        if not (value.isdigit() or value.isalpha()):
            return value


def normalize(entered: str) -> str:
    """A code as stored, from one as people write or paste it: `7k2–m9x ` → `7K2M9X`."""
    return re.sub(r"[\s-]", "", plain_text(entered)).upper()


def possible_code(text: str) -> str | None:
    """The code in stored form that `text` may stand for; None if it can't be one."""
    value = normalize(text)
    return value if POSSIBLE.fullmatch(value) else None


def activate(invitee: User, entered: str) -> None:
    """Make `invitee` an invitee of the code's owner, once; repeating the same code is fine.

    Raises `AlreadyActivated`, `TooManyInviteCodes`, `UnknownInviteCode`, `OwnInviteCode`, or
    `TokenNotValid` if the account was deleted meanwhile.
    """
    try:
        refusal = _activate(invitee, normalize(entered))
    except IntegrityError:  # the inviter's account was deleted meanwhile
        raise UnknownInviteCode from None
    if refusal:
        raise refusal


def invitees_of(user: User) -> ActivationQuerySet:
    """The activations of the user's code with their invitees, newest first."""
    return user.activations.select_related("invitee").newest_first()


@atomic_repeated
def _activate(invitee: User, value: str) -> Refusal | None:
    """The refusal, if any. It is returned, not raised, so that its charge is committed.

    A user's parallel activations wait for each other, so that exactly the failed ones are charged.
    """
    if LOCK_INVITEE.row(id=invitee.pk) is None:
        return TokenNotValid()
    limit = WRONG_CODES.key(invitee.phone)
    done, owner, used = CODES.row(invitee=invitee.pk, value=value, limit=limit) or (None,) * 3
    if done:
        return None if done == value else AlreadyActivated()
    if owner is None:
        return _charged(invitee, UnknownInviteCode())
    inviter = UUID(str(owner))  # SQLite has no type for it
    if inviter == invitee.pk:
        return _charged(invitee, OwnInviteCode())
    if used and (wait := WRONG_CODES.wait_of(0, used)):
        return TooManyInviteCodes(wait)
    params = {"invitee": invitee.pk, "inviter": inviter, "value": value, "now": timezone.now()}
    steps = Step(ACTIVATE, params), Step(COUNT, {"owner": inviter})
    rows = run_chain(*steps)
    if len(rows) < len(steps):
        raise UnknownInviteCode  # the inviter's account was deleted meanwhile
    transaction.on_commit(lambda: _announce(rows[0][0]), robust=True)
    return None


def _charged(invitee: User, refusal: Refusal) -> Refusal:
    """Charge a failed activation; the refusal, or that of too many failures."""
    wait = WRONG_CODES.take(invitee.phone)
    return TooManyInviteCodes(wait) if wait else refusal


def _announce(activation_id: int) -> None:
    """Send the signal; without listeners no query is made."""
    happened("invite code activated")
    if invite_code_activated.has_listeners():
        rows = Activation.objects.select_related("invitee", "inviter")
        if activation := rows.filter(
            pk=activation_id
        ).first():  # it may have been deleted meanwhile
            invite_code_activated.send_robust(sender=Activation, activation=activation)
