"""Keeps referrals right when users are created or deleted, by any route."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.db.models import F
from django.db.models.signals import post_delete, pre_delete
from django.dispatch import receiver

from referrals import invites
from referrals.models import Activation, InviteCode
from users.models import User


@receiver(user_logged_in)
def issue_invite_code(sender: type[User], user: User, **kwargs: Any) -> None:
    """Issue an invite code at the first login, by API, page or admin."""
    if invites.ISSUED.row(owner=user.pk) is None:
        invites.issue(user)


@receiver(pre_delete, sender=Activation)
def look_before_uncounting(sender: type[Activation], instance: Activation, **kwargs: Any) -> None:
    """Django signals a deletion even if a parallel one came first; look whether the row exists."""
    rows = Activation.objects.select_for_update().filter(pk=instance.pk)
    instance.inviter_id = rows.values_list("inviter_id", flat=True).first()


@receiver(post_delete, sender=Activation)
def uncount_activation(sender: type[Activation], instance: Activation, **kwargs: Any) -> None:
    """Lower the inviter's count when an invitee is deleted."""
    if instance.inviter_id:
        codes = InviteCode.objects.filter(owner=instance.inviter_id)
        codes.update(activations_count=F("activations_count") - 1)
