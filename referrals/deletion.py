"""The end of an account."""

from contextlib import suppress

from django.db import IntegrityError

from referrals.models import Activation, InviteCode
from users.models import User
from users.transactions import atomic_repeated

TRIES = 3


def erase(user: User) -> None:
    """Delete an account with its personal data; its invitees keep the code they see.

    The phone may register again at once, and the new account may activate a code: the old one's
    activation is gone and uncounted, so every count stays exact. Only the limit of failed
    activations is the phone's and outlives the account.
    """
    for _try in range(TRIES - 1):
        with suppress(IntegrityError):  # a row of theirs was written while they were deleted
            return _erase(user)
    return _erase(user)


@atomic_repeated
def _erase(user: User) -> None:
    """Lock the user, then the invite codes by id, and only then touch activations.

    An activation is committed by whoever holds its inviter's code, so none can come any more once
    the codes are locked, and no activation is locked here that somebody waiting for a code holds.
    However many invitees there are, Django deletes and updates what is left by SQL alone.
    """
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).values_list("pk").first()
    inviter = Activation.objects.filter(invitee=user.pk).values_list("inviter", flat=True).first()
    codes = InviteCode.objects.filter(owner__in=[user.pk, inviter]).order_by("pk")
    list(codes.select_for_update().values_list("pk"))
    User.objects.filter(pk=user.pk).delete()
