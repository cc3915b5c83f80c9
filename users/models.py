"""Who you are: users, challenges, sessions, limits and counters."""

import unicodedata
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from users.managers import ExpiringQuerySet, UserManager, uuid7
from users.phones import PhoneField, written

FIRST, LAST = (
    field.verbose_name  # as Django translates it
    for field in AbstractUser._meta.fields  # noqa: SLF001  # public
    if field.name in ("first_name", "last_name")
)
CONTROLS = ("Cc", "Cs", "Zl", "Zp")  # categories of Unicode: controls, surrogates, new lines
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
BLANK = "\u115f\u1160\u2800\u3164\uffa0"  # letters and a symbol that look like nothing


def check_name(text: str) -> None:
    """Refuse control characters, and names that consist of invisible characters."""
    kinds = [unicodedata.category(char) for char in text]
    disturbs = any(kind in CONTROLS for kind in kinds) or any(char in BIDI for char in text)
    visible = any(
        kind[0] in "LNPS" and char not in BLANK for kind, char in zip(kinds, text, strict=True)
    )
    if disturbs or (text and not visible):
        raise ValidationError(RegexValidator.message, code="invalid")


class User(AbstractUser):
    """A person, known by a phone number."""

    username = None  # type: ignore[assignment]
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    first_name = models.CharField(FIRST, max_length=150, blank=True, validators=[check_name])
    last_name = models.CharField(LAST, max_length=150, blank=True, validators=[check_name])
    phone = PhoneField(
        _("phone"),
        max_length=16,
        unique=True,
        error_messages={"unique": _("This phone number is already taken.")},
    )

    referral: Any = None
    """What an authentication class of another app may have read along with the user."""

    USERNAME_FIELD = "phone"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return written(self.phone)

    class Meta(AbstractUser.Meta):
        # Staff filter for these few rows; logins never update the two indexes.
        indexes: ClassVar = [
            models.Index(fields=("date_joined",), name="user_date_joined"),
            models.Index(fields=("-id",), name="user_staff", condition=Q(is_staff=True)),
            models.Index(fields=("-id",), name="user_banned", condition=Q(is_active=False)),
        ]
        permissions: ClassVar = [("export_user", "Can export users")]


class Challenge(models.Model):
    """A request for a code for a phone from a network, and its state.

    The row is deleted when the code is used. Phone, network, ticket and code are not stored: the
    keys are digests, and the code derives from the nonce. Times are in seconds since 1970.
    Each door, with the ticket and from the network, has attempts left and attempts charged.
    """

    key = models.CharField(max_length=32, primary_key=True)
    ticket_key = models.CharField(max_length=32, unique=True)
    nonce = models.CharField(max_length=32)
    digits = models.PositiveSmallIntegerField()
    known = models.BooleanField()
    ticket_left = models.PositiveSmallIntegerField()
    ticket_charged = models.PositiveSmallIntegerField(default=0)
    network_left = models.PositiveSmallIntegerField()
    network_charged = models.PositiveSmallIntegerField(default=0)
    opened_at = models.FloatField()
    sent_at = models.FloatField()
    expires_at = models.FloatField(db_index=True)

    objects = ExpiringQuerySet.as_manager()

    def __str__(self) -> str:
        return self.key


class SessionQuerySet(ExpiringQuerySet):
    """Queries on sessions."""

    def live(self, now: Any = None) -> Self:
        """Sessions that are valid: not ended, not expired, and the user not banned.

        The user is checked in a subquery, so that PostgreSQL rechecks the condition of an UPDATE
        that had to wait for a parallel one.
        """
        active = User.objects.filter(pk=models.OuterRef("user_id"), is_active=True)
        return self.filter(
            models.Exists(active), ended_at=None, expires_at__gt=now or timezone.now()
        )


class Session(models.Model):
    """One login on one device; every token carries its id."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="sessions",
        db_index=False,
        verbose_name=_("user"),
    )
    counter = models.PositiveIntegerField(_("refreshes"), default=0)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last used at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"), db_index=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    user_agent = models.CharField(_("user agent"), max_length=200, blank=True)
    ip = models.GenericIPAddressField(_("address"))
    network = models.CharField(_("network"), max_length=43)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ("-last_used_at",)
        indexes: ClassVar = [models.Index(fields=("user", "network"), name="session_user_network")]
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        return f"{self.ip}, {self.created_at:%Y-%m-%d %H:%M} UTC"


class Limit(models.Model):
    """How much of a limit is used: a count, or the time (s since 1970) when it is free again.

    Once `resets_at` has passed, the row no longer counts.
    """

    key = models.CharField(_("key"), max_length=32, primary_key=True)
    kind = models.CharField(_("kind"), max_length=24)
    count = models.PositiveIntegerField(default=0)
    resets_at = models.FloatField(db_index=True)
    user = models.ForeignKey(
        User,
        on_delete=models.DO_NOTHING,
        null=True,
        db_index=False,
        db_constraint=False,
        related_name="+",
        verbose_name=_("user"),
    )
    """Whose phone was guessed at until the limit was reached, for staff; null for all others."""

    objects = ExpiringQuerySet.as_manager()

    class Meta:
        verbose_name = _("rate limit")
        verbose_name_plural = _("rate limits")

    def __str__(self) -> str:
        return f"{self.kind} {self.key[:6]}"


class Counter(models.Model):
    """How often something happened in one hour; each process adds its share in batches."""

    kind = models.CharField(_("kind"), max_length=24)
    hour = models.DateTimeField(_("hour"))
    count = models.PositiveIntegerField(_("count"), default=0)

    objects = ExpiringQuerySet.as_manager()

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("kind", "hour"), name="counter_kind_hour_unique")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.hour:%Y-%m-%d %H}h: {self.count}"
