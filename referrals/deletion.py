"""The end of an account."""

from contextlib import suppress

from django.db import IntegrityError
from django.db.models import F

from referrals.models import Activation, InviteCode
from users.models import User
from users.transactions import atomic_repeated

TRIES = 3
BATCH = 5_000
"""So many invitees at a time: the database must answer each statement within seconds."""


def erase(user: User) -> None:
    """Delete an account with its personal data; its invitees keep the code they see.

    The phone may register again at once, and the new account may activate a code: the old one's
    activation is gone and uncounted, so every count stays exact. Only the limit of failed
    activations is the phone's and outlives the account.

    Whoever invited very many lets go of them first, in transactions of their own. A deletion that
    breaks off there leaves an account with fewer invitees; the next one goes on from there.
    """
    while _let_go_of_some(user):
        pass
    for _try in range(TRIES - 1):
        with suppress(IntegrityError):  # a row of theirs was written while they were deleted
            return _erase(user)
    return _erase(user)


@atomic_repeated
def _let_go_of_some(user: User) -> bool:
    """Part from `BATCH` invitees, if there are more; whether that was done."""
    code = InviteCode.objects.filter(owner=user.pk, activations_count__gt=BATCH)
    if not code.select_for_update().values_list("pk"):
        return False
    some = Activation.objects.filter(inviter=user.pk).values("pk")[:BATCH]
    gone = Activation.objects.filter(pk__in=some).update(inviter=None)
    code.update(activations_count=F("activations_count") - gone)
    return gone > 0


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
