"""Creates and finds users, and deletes expired rows."""

import secrets
import time
import uuid
from typing import Any

from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models, transaction

from users.errors import InvalidPhone
from users.phones import parse_phone

BATCH = 600
"""Rows of a sweep, which one request in a hundred makes; with its guesses one makes up to six."""


def uuid7() -> uuid.UUID:
    """A UUID of version 7 (RFC 9562): milliseconds since 1970, then 74 random bits."""
    value = time.time_ns() // 1_000_000 << 80 | secrets.randbits(80)
    value = value & ~(0xF000 << 64) | 0x7000 << 64
    return uuid.UUID(int=value & ~(0xC000 << 48) | 0x8000 << 48)


class UserManager(DjangoUserManager[Any]):
    """Creates and finds users by phone, however it is written."""

    def get_by_natural_key(self, phone: str | None) -> Any:
        """The user with this phone, however it is written."""
        try:
            return self.get(phone=parse_phone(phone or ""))
        except InvalidPhone:
            raise self.model.DoesNotExist from None

    def create_user(  # type: ignore[override]
        self, phone: str, password: str | None = None, **fields: Any
    ) -> Any:
        """Create a user; without a password they log in by phone only. Raises `InvalidPhone`."""
        user = self.model(phone=parse_phone(phone), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(  # type: ignore[override]
        self, phone: str, password: str | None = None, **fields: Any
    ) -> Any:
        """Create a user who may do everything in the admin. Raises `InvalidPhone`."""
        return self.create_user(phone, password, is_staff=True, is_superuser=True, **fields)


def by_chance() -> bool:
    """Whether this call is the one in a hundred that sweeps."""
    return secrets.randbelow(100) == 0


class ExpiringQuerySet(models.QuerySet[Any]):
    """Rows that expire and are deleted in small batches as traffic goes."""

    def sweep(self, *expired: models.Q, **fields: Any) -> int:
        """Delete up to `BATCH` rows that match, skipping any that are being written."""
        with transaction.atomic():
            rows = self.select_for_update(skip_locked=True).filter(*expired, **fields)
            some = list(rows.values_list("pk", flat=True)[:BATCH])
            return self.filter(pk__in=some).delete()[0]

    def sweep_sometimes(self, *expired: models.Q, **fields: Any) -> None:
        """Sweep in one of a hundred calls."""
        if by_chance():
            self.sweep(*expired, **fields)
