"""The guess alarm and the SMS budget on the first page."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from users.limits import alarm, policy
from users.limits.quotas import Quota
from users.login import gateways


@dataclass(frozen=True)
class Usage:
    """How much of a limit is used."""

    title: str
    used: int
    most: int

    @property
    def text(self) -> str:
        used, most = (number_format(count, force_grouping=True) for count in (self.used, self.most))
        return _("%(part)s of %(whole)s") % {"part": used, "whole": most}

    @property
    def percent(self) -> int:
        """A limit of 0, with which strangers always get 8 digits, counts as used up."""
        return 100 * self.used // self.most if self.used < self.most else 100


@dataclass(frozen=True)
class Protection:
    """`until` is the earliest end of the alarm; None if it is off."""

    until: datetime | None
    guesses: list[Usage]
    messages: list[Usage]
    may_end: bool
    simulated: bool


def state(*, may_end: bool) -> Protection:
    """The current state of alarm and budget."""
    on = alarm.is_on(alarm.ends_at())
    ends_at = alarm.ends_at() if on else None
    guesses, bounds = alarm.GUESSES.sums(), alarm.GUESSES.bounds
    return Protection(
        until=datetime.fromtimestamp(ends_at, UTC) if ends_at else None,
        guesses=[
            Usage(_("This hour"), guesses.hourly, bounds.hourly),
            Usage(_("Last 7 days"), guesses.weekly, bounds.weekly),
        ],
        messages=[
            _this_hour(_("This hour"), policy.BUDGET),
            _this_hour(_("Of these, from unknown networks"), policy.STRANGERS_BUDGET),
        ],
        may_end=may_end,
        simulated=gateways.is_simulated(),
    )


def _this_hour(title: str, quota: Quota) -> Usage:
    return Usage(title, quota.sums().hourly, quota.bounds.hourly)
