"""Deletes accounts."""

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

    The phone can register again at once, and the new account can activate a code: the old
    activation is gone and no longer counted. Only the limit of failed activations belongs to the
    phone and outlives the account.

    An account with very many invitees is separated from them first, in transactions of their own. A
    deletion interrupted there leaves an account with fewer invitees; the next one continues.
    """
    while _let_go_of_some(user):
        pass
    for _try in range(TRIES - 1):
        with suppress(IntegrityError):  # a row of the user's was written meanwhile
            return _erase(user)
    return _erase(user)


@atomic_repeated
def _let_go_of_some(user: User) -> bool:
    """Separate `BATCH` invitees if there are more; returns whether it did."""
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

    Committing an activation takes a lock on its inviter's code, so no activation can be added once
    the codes are locked, and none is locked here by someone who waits for a code. Whatever the
    number of invitees, Django deletes and updates the rest by plain SQL.
    """
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).values_list("pk").first()
    inviter = Activation.objects.filter(invitee=user.pk).values_list("inviter", flat=True).first()
    codes = InviteCode.objects.filter(owner__in=[user.pk, inviter]).order_by("pk")
    list(codes.select_for_update().values_list("pk"))
    User.objects.filter(pk=user.pk).delete()
