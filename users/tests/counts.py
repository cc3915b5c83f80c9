"""What limits and quotas have counted."""

from users.limits.buckets import AnyLimit
from users.limits.quotas import Quota
from users.models import Counter, Limit


def used(limit: AnyLimit, who: str) -> int:
    """How much of a limit is used."""
    row = Limit.objects.filter(key=limit.key(who)).values_list("count", "resets_at").first()
    return limit.used_of(*row) if row else 0


def counted(quota: Quota) -> int:
    """How much of a quota this process has used: its leases less what is left of them."""
    leased = sum(Counter.objects.filter(kind=quota.kind).values_list("count", flat=True))
    return leased - quota._left
