"""Delete what has expired; traffic does it, too, a little at a time."""

import time
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from users.limits.meters import KEPT
from users.models import Challenge, Counter, Limit, Session


class Command(BaseCommand):
    """Small batches, each a transaction of its own, that skip rows in use."""

    help = "Delete expired challenges, rate limits, sessions and counters, in small batches."

    def handle(self, *args: Any, **options: Any) -> None:
        now, hour = timezone.now(), timedelta(hours=1)
        expired: dict[type[Any], dict[str, Any]] = {
            Challenge: {"expires_at__lte": time.time()},
            Limit: {"resets_at__lte": time.time()},
            Session: {"expires_at__lte": now},
            Counter: {"hour__lt": now - KEPT - hour},
        }
        for model, past in expired.items():
            deleted = 0
            while batch := model.objects.sweep(**past):
                deleted += batch
            self.stdout.write(f"{deleted} {model._meta.verbose_name_plural} deleted.")  # noqa: SLF001
