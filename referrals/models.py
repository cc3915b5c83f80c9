"""Who invited whom."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from users.models import User
from users.statements import read

CODE_LENGTH = 6


class InviteCodeQuerySet(models.QuerySet["InviteCode"]):
    """The words that invite codes are asked for with."""

    def owner_of(self, value: str) -> int | None:
        """The id of the user who holds this code, unless banned."""
        rows = read(
            """SELECT owner_id FROM referrals_invitecode, users_user
            WHERE value = %s AND users_user.id = owner_id AND is_active""",
            [value],
        )
        return rows[0][0] if rows else None

    def is_issued(self, owner: User) -> bool:
        """Whether this user has a code."""
        return bool(read("SELECT 1 FROM referrals_invitecode WHERE owner_id = %s", [owner.pk]))

    def count_activation(self, owner: int, by: int = 1) -> bool:
        """Raise the counter of a user (by id) by one statement; False if the code is gone."""
        return bool(
            read(
                """UPDATE referrals_invitecode SET activations_count = activations_count + %s
                WHERE owner_id = %s RETURNING id""",
                [by, owner],
            )
        )


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

    objects = InviteCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("invite code")
        verbose_name_plural = _("invite codes")

    def __str__(self) -> str:
        return self.value


class ActivationQuerySet(models.QuerySet["Activation"]):
    """The words that activations are asked for with."""

    def code_of(self, invitee: User) -> str | None:
        """The code that this user activated."""
        rows = read("SELECT code FROM referrals_activation WHERE invitee_id = %s", [invitee.pk])
        return rows[0][0] if rows else None

    def record(self, invitee: User, inviter: int, code: str) -> bool:
        """Insert one, unless a parallel activation came first; then False."""
        return bool(
            read(
                """INSERT INTO referrals_activation (invitee_id, inviter_id, code, activated_at)
                VALUES (%s, %s, %s, %s) ON CONFLICT (invitee_id) DO NOTHING RETURNING id""",
                [invitee.pk, inviter, code, timezone.now()],
            )
        )

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
