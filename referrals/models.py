"""Who invited whom."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

CODE_LENGTH = 6


class InviteCode(models.Model):
    """A user's permanent invite code."""

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


class LinkCount(models.Model):
    """How often an invite link led to a step; each process adds its share in batches.

    There is no foreign key constraint, because adding must not wait for a code being deleted.
    """

    class Step(models.TextChoices):
        OPENED = "opened", _("links opened")
        ASKED = "asked", _("codes asked for")
        JOINED = "new", _("new users")

    code = models.ForeignKey(
        InviteCode,
        on_delete=models.CASCADE,
        related_name="link_counts",
        db_index=False,
        db_constraint=False,
    )
    step = models.CharField(max_length=8, choices=Step.choices)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("code", "step"), name="link_count_unique")
        ]
        verbose_name = _("link counter")
        verbose_name_plural = _("link counters")

    def __str__(self) -> str:
        return f"{self.get_step_display()}: {self.count}"


class ActivationQuerySet(models.QuerySet["Activation"]):
    """Queries on activations."""

    def newest_first(self) -> "ActivationQuerySet":
        """The order of all lists of invitees."""
        return self.order_by("-activated_at", "-pk")


class Activation(models.Model):
    """A user activated another user's code. `code` stays when the inviter is gone."""

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
            # Only this index finds codes whose owner is gone; it is empty while nobody leaves.
            models.Index(fields=("code",), name="activation_orphaned", condition=Q(inviter=None)),
        ]
        verbose_name = _("activation")
        verbose_name_plural = _("activations")

    def __str__(self) -> str:
        return self.code
