"""Prove and mend the counters of activations."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count, F, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from referrals.models import Activation, InviteCode


class Command(BaseCommand):
    """Count every code's activations anew, and write those that differ, in one statement."""

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
        mended = InviteCode.objects.filter(pk__in=wrong.values("pk")).update(
            activations_count=right
        )
        self.stdout.write(f"{mended} counters mended.")
