"""What happens to referrals when users come and go, whoever lets them."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_delete
from django.dispatch import receiver

from referrals import invites
from referrals.models import Activation, InviteCode
from users.models import User


@receiver(user_logged_in)
def issue_invite_code(sender: type[User], user: User, **kwargs: Any) -> None:
    """First login, by API, page or admin → invite code."""
    invites.issue(user)


@receiver(post_delete, sender=Activation)
def uncount_activation(sender: type[Activation], instance: Activation, **kwargs: Any) -> None:
    """Invitee deleted → the inviter's count goes down."""
    if instance.inviter_id:
        InviteCode.objects.count_activation(instance.inviter_id, by=-1)
