"""Who you are: people, the codes sent to them, their sessions, and what they may still do."""

import uuid
from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from users.errors import InvalidPhone
from users.phones import PhoneField, parse_phone
from users.statements import moment, read


class UserManager(DjangoUserManager["User"]):
    """Users are made and found by phone, however it is written."""

    def get_by_natural_key(self, phone: str | None) -> "User":
        """The user with this phone, however it is written."""
        try:
            return self.get(phone=parse_phone(phone or ""))
        except InvalidPhone:
            raise User.DoesNotExist from None

    def create_user(  # type: ignore[override]
        self, phone: str, password: str | None = None, **fields: Any
    ) -> "User":
        """A new user, without a password one who logs in by phone only; or `InvalidPhone`."""
        user = self.model(phone=parse_phone(phone), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(  # type: ignore[override]
        self, phone: str, password: str | None = None, **fields: Any
    ) -> "User":
        """A new user who may do everything in the admin; or `InvalidPhone`."""
        return self.create_user(phone, password, is_staff=True, is_superuser=True, **fields)

    def lock(self, phone: str) -> "User | None":
        """The user with this phone (E.164), kept from parallel changes until the transaction ends.

        Names and rights come by a query of their own when asked for.
        """
        lock = " FOR NO KEY UPDATE" if connection.features.has_select_for_no_key_update else ""
        rows = read(
            f"SELECT id, last_login, is_active, phone FROM users_user WHERE phone = %s{lock}",  # noqa: S608
            [phone],
        )
        if not rows:
            return None
        pk, last_login, is_active, phone = rows[0]
        known = (pk, last_login and moment(last_login), bool(is_active), phone)
        return self.model.from_db(self.db, ("id", "last_login", "is_active", "phone"), known)


class User(AbstractUser):
    """A person, known by a phone number."""

    username = None  # type: ignore[assignment]
    phone = PhoneField(
        _("phone"), max_length=16, unique=True, error_messages={"unique": _("This phone is taken.")}
    )

    USERNAME_FIELD = "phone"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    class Meta(AbstractUser.Meta):
        # The few rows that staff filter for are found at once, and no login writes these two.
        indexes: ClassVar = [
            models.Index(fields=("date_joined",), name="user_date_joined"),
            models.Index(fields=("-id",), name="user_staff", condition=Q(is_staff=True)),
            models.Index(fields=("-id",), name="user_banned", condition=Q(is_active=False)),
        ]
        permissions: ClassVar = [("export_user", "Can export users")]


class Sweepable(models.QuerySet[Any]):
    """Rows that lose their meaning with time and leave a few at a time as traffic goes."""

    def sweep(self, **past: Any) -> int:
        """Delete up to 100 rows matching `past`, skipping any that someone is writing."""
        with transaction.atomic():
            rows = self.select_for_update(skip_locked=True).filter(**past)
            return self.filter(pk__in=list(rows.values_list("pk", flat=True)[:100])).delete()[0]


class LoginCode(models.Model):
    """A live one-time password: the random nonce it derives from, and the tries made at it.

    The row is gone once the code is used. Neither phone nor code is stored.
    """

    key = models.CharField(max_length=32, primary_key=True)
    phone_key = models.CharField(max_length=32, null=True, db_index=True)  # noqa: DJ001  # long ones
    nonce = models.CharField(max_length=32)
    tries = models.PositiveSmallIntegerField(default=0)
    roaming_tries = models.PositiveSmallIntegerField(default=0)
    wrong_from = models.CharField(max_length=48, blank=True, default="")  # 6 marks of 8
    delivered = models.BooleanField(default=False)
    familiar = models.BooleanField(default=False)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    objects = Sweepable.as_manager()

    def __str__(self) -> str:
        return self.key


class SessionQuerySet(Sweepable):
    """The words that sessions are asked for with."""

    def live(self, now: datetime | None = None) -> Self:
        """Sessions that still open doors: not ended, not too old, their user not banned."""
        return self.filter(
            models.Exists(User.objects.filter(pk=models.OuterRef("user_id"), is_active=True)),
            ended_at=None,
            expires_at__gt=now or timezone.now(),
        )


class Session(models.Model):
    """One login on one device; every token carries its id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="sessions", verbose_name=_("user")
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
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        return f"{self.ip}, {self.created_at:%Y-%m-%d %H:%M}"


class Budget(models.Model):
    """What is spent of one budget; when `full_at` has passed, the row says nothing any more."""

    key = models.CharField(_("key"), max_length=32, primary_key=True)
    kind = models.CharField(_("kind"), max_length=16)
    spent = models.PositiveIntegerField(default=0)
    full_at = models.FloatField(db_index=True)

    objects = Sweepable.as_manager()

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")

    def __str__(self) -> str:
        return f"{self.kind} {self.key[:6]}"


class Tally(models.Model):
    """How often something happened anywhere in one hour; each process adds its share in lumps."""

    kind = models.CharField(_("kind"), max_length=16)
    hour = models.DateTimeField(_("hour"))
    count = models.PositiveIntegerField(_("count"), default=0)

    objects = Sweepable.as_manager()

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("kind", "hour"), name="tally_kind_hour_unique")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.hour:%Y-%m-%d %H}h: {self.count}"
