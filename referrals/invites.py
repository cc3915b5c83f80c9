"""The rules of inviting: every user has a code, and may activate one of somebody else's, once."""

import re
import secrets
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction

from referrals.errors import (
    AlreadyActivated,
    InviteCodesExhausted,
    OwnInviteCode,
    TooManyInviteCodes,
    UnknownInviteCode,
)
from referrals.models import CODE_LENGTH, Activation, ActivationQuerySet, InviteCode
from users.limits.buckets import Rate
from users.models import User

DIGITS, LETTERS = "23456789", "BCDFGHJKMNPQRSTVWXYZ"  # no look-alikes, no vowels, so no words
POSSIBLE = re.compile(rf"[0-9A-Z]{{{CODE_LENGTH}}}")
DRAWS = 10
WRONG_CODES = Rate("invite-codes", burst=10, period=timedelta(minutes=6))


def issue(user: User) -> InviteCode:
    """The user's invite code, drawn if there is none yet. Raises `InviteCodesExhausted`.

    An insert that meets a code already taken changes nothing, and the next one is drawn; one that
    meets the user's own, given by a parallel request, finds it.
    """
    mine = InviteCode.objects.filter(owner=user)
    for _ in range(DRAWS):
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
    """A code as stored, from one as people write it: `7k2-m9x ` → `7K2M9X`."""
    return re.sub(r"[\s-]", "", entered).upper()


def possible_code(text: str) -> str | None:
    """The code, as stored, that `text` may stand for; None if it can't be one."""
    value = normalize(text)
    return value if POSSIBLE.fullmatch(value) else None


def activate(invitee: User, entered: str) -> None:
    """Make `invitee` a referral of the code's owner. Possible once; the same code again is fine.

    Raises `AlreadyActivated`, `TooManyInviteCodes`, `UnknownInviteCode`, `OwnInviteCode`.
    """
    value = normalize(entered)
    if done := Activation.objects.code_of(invitee):
        return _same_or_refuse(done, value)
    if wait := WRONG_CODES.take(invitee.phone):
        raise TooManyInviteCodes(wait)
    inviter = InviteCode.objects.owner_of(value)
    if inviter is None:
        raise UnknownInviteCode
    if inviter == invitee.pk:
        raise OwnInviteCode
    return _activate(invitee, inviter, value)


def invitees_of(user: User) -> ActivationQuerySet:
    """The activations of the user's code with their invitees, newest first."""
    return user.activations.select_related("invitee").newest_first()


def _activate(invitee: User, inviter: int, value: str) -> None:
    try:
        with transaction.atomic():
            first = Activation.objects.record(invitee, inviter, value)
            if first:
                WRONG_CODES.give_back(invitee.phone)
            # Last, so that a popular code's row is locked for no longer than a commit takes.
            if first and not InviteCode.objects.count_activation(inviter):
                raise UnknownInviteCode
    except IntegrityError:  # an account is gone
        raise UnknownInviteCode from None
    if not first:
        _same_or_refuse(Activation.objects.code_of(invitee), value)


def _same_or_refuse(done: str | None, value: str) -> None:
    if done != value:
        raise AlreadyActivated
