"""Who invited whom."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

CODE_LENGTH = 6


class InviteCode(models.Model):
    """The code a user invites others with, for ever."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="invite_code",
        verbose_name=_("owner"),
    )
    value = models.CharField(_("invite code"), max_length=CODE_LENGTH, unique=True)
    activations_count = models.PositiveIntegerField(_("activations"), default=0)

    class Meta:
        verbose_name = _("invite code")
        verbose_name_plural = _("invite codes")

    def __str__(self) -> str:
        return self.value


class ActivationQuerySet(models.QuerySet["Activation"]):
    """Queries on activations."""

    def newest_first(self) -> "ActivationQuerySet":
        """The order of every list of invitees."""
        return self.order_by("-activated_at", "-pk")


class Activation(models.Model):
    """A user entered another's code. `code` stays when the inviter is gone."""

    invitee = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="activation",
        verbose_name=_("invitee"),
    )
    inviter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="activations",
        db_index=False,
        verbose_name=_("inviter"),
    )
    code = models.CharField(_("invite code"), max_length=CODE_LENGTH)
    activated_at = models.DateTimeField(_("activated at"), default=timezone.now)

    objects = ActivationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(invitee=F("inviter")), name="activation_not_of_own_code"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("inviter", "-activated_at", "-id"), name="activation_newest_first"
            ),
            models.Index(fields=("activated_at", "inviter"), name="activation_activated_at"),
            # Codes whose owner is gone can be found by nothing else; empty while nobody leaves.
            models.Index(fields=("code",), name="activation_orphaned", condition=Q(inviter=None)),
        ]
        verbose_name = _("activation")
        verbose_name_plural = _("activations")

    def __str__(self) -> str:
        return self.code
