"""What a user sees of their own account, and its end."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import QuerySet

from referrals import invites
from referrals.models import InviteCode
from users.errors import TokenNotValid
from users.models import User

Row = tuple[str, int, str | None, datetime | None]


@dataclass(frozen=True)
class Referral:
    """Everything about a user's own code and the code they activated; no inviter's phone."""

    invite_code: str
    invitees_count: int
    activated_invite_code: str | None
    activated_at: datetime | None

    @property
    def invite_link(self) -> str:
        """The link to share."""
        return f"{settings.PUBLIC_URL}/i/{self.invite_code}"


def referral_of(user: User) -> Referral:
    """The user's referral data in one query; a missing invite code is issued now.

    Raises `InviteCodesExhausted`, or `TokenNotValid` if the account was deleted meanwhile.
    """
    rows = InviteCode.objects.filter(owner=user).values_list(
        "value",
        "activations_count",
        "owner__activation__code",
        "owner__activation__activated_at",
    )
    row = rows.first() or _issued(user, rows)
    if row is None:
        raise TokenNotValid
    return Referral(*row)


def _issued(user: User, rows: QuerySet[InviteCode, Row]) -> Row | None:
    try:
        invites.issue(user)
    except IntegrityError:  # there is no such user any more
        return None
    return rows.first()


def erase(user: User) -> None:
    """Delete an account with its personal data; its invitees keep the code they see."""
    for last_try in (False, False, True):
        try:
            return _erase(user)
        except (IntegrityError, OperationalError):  # a parallel login or activation came between
            if last_try:
                raise
    return None


@transaction.atomic
def _erase(user: User) -> None:
    """Lock first the user, then all counters concerned in one order, as no two others would."""
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    counted = InviteCode.objects.filter(owner__in=[user.pk, _inviter_id(user)])
    list(counted.select_for_update().order_by("pk"))
    User.objects.filter(pk=user.pk).delete()


def _inviter_id(user: User) -> Any:
    activation = getattr(user, "activation", None)
    return activation and activation.inviter_id
