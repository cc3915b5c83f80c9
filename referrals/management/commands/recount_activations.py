"""Checks and repairs the counts of activations."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import Count, F, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from referrals.models import Activation, InviteCode


class Command(BaseCommand):
    """Recounts every code's activations and corrects counts that differ."""

    help = "Count the activations of every invite code anew and mend counters that differ."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many differed."""
        counted = (
            Activation.objects.filter(inviter=OuterRef("owner"))
            .order_by()
            .values("inviter")
            .values(count=Count("*"))
        )
        right = Coalesce(Subquery(counted), 0, output_field=IntegerField())
        wrong = InviteCode.objects.annotate(right=right).exclude(activations_count=F("right"))
        with transaction.atomic():
            # Locked first: an UPDATE that waits for a lock would count as of before its wait.
            keys = wrong.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True)
            mended = InviteCode.objects.filter(pk__in=list(keys)).update(activations_count=right)
        self.stdout.write(f"{mended} counters mended.")
