"""Deletes everything that has expired; traffic also does this, a little at a time."""

import time
from datetime import timedelta
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.core.management.base import BaseCommand
from django.utils import timezone

from users.limits.meters import KEPT
from users.limits.rows import ENDING
from users.models import Challenge, Counter, Limit, Session
from users.sessions.lifecycle import over


class Command(BaseCommand):
    """Deletes in small batches, each in its own transaction, skipping rows in use."""

    help = "Delete expired challenges, rate limits, sessions and counters, in small batches."

    def handle(self, *args: Any, **options: Any) -> None:
        now, hour = timezone.now(), timedelta(hours=1)
        expired: list[tuple[Any, dict[str, Any]]] = [
            (Challenge.objects.all(), {"expires_at__lte": time.time()}),
            (Limit.objects.filter(ENDING), {"resets_at__lte": time.time()}),
            (Session.objects.all(), over(now)),
            (Counter.objects.all(), {"hour__lt": now - KEPT - hour}),
        ]
        for rows, past in expired:
            deleted = 0
            while batch := rows.sweep(**past):
                deleted += batch
            title = rows.model._meta.verbose_name_plural  # noqa: SLF001
            self.stdout.write(f"{deleted} {title} deleted.")
        SessionStore.clear_expired()  # Django's sessions, used by the admin
