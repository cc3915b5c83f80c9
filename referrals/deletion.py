"""The end of an account."""

from typing import Any

from django.db import IntegrityError, OperationalError, transaction

from referrals.models import InviteCode
from users.models import User


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
