"""The end of an account."""

from django.db import IntegrityError
from django.db.models import Q

from referrals.models import Activation, InviteCode
from users.models import User
from users.transactions import atomic_repeated

TRIES = 3


def erase(user: User) -> None:
    """Delete an account with its personal data; its invitees keep the code they see."""
    for left in reversed(range(TRIES)):
        try:
            return _erase(user)
        except IntegrityError:  # a parallel login or activation came between
            if not left:
                raise
    return None


@atomic_repeated
def _erase(user: User) -> None:
    """Lock the user, then activations, then invite codes: the order of every other rule."""
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    activations = Activation.objects.filter(Q(invitee=user) | Q(inviter=user)).order_by("pk")
    locked = activations.select_for_update().values_list("invitee", "inviter")
    inviters = {inviter for invitee, inviter in locked if invitee == user.pk and inviter}
    codes = InviteCode.objects.filter(owner__in=[user.pk, *inviters]).order_by("pk")
    list(codes.select_for_update())
    User.objects.filter(pk=user.pk).delete()
