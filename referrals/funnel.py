"""The funnel of invite links: opened, code requested, new user, activation.

Nobody is recognised: browsers that open a link are counted, not people. Only the signed cookie that
holds the invitation tells what a browser did after opening a link, so code requests and logins
count for a link only on the pages and in the same browser. Activations are counted exactly,
wherever they happen. Programs that open links count only if they identify as browsers
(`users/pages/visits.py`). So the figures are good for comparing links and days, not for paying
anyone.

Only links whose code exists are counted. Counts are written in the background, in batches, so no
caller can tell whether a code exists, and no row is made for one that doesn't.
"""

from collections import Counter as Tally
from typing import NamedTuple

import orjson
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from referrals.models import CODE_LENGTH, InviteCode, LinkCount
from users.limits.meters import Batch, Meter
from users.signals import listen
from users.statements import Statement

Step = LinkCount.Step
OPENED = Meter("links-opened", _("invite links opened"))

COUNT = Statement(
    "count_links",
    """INSERT INTO referrals_linkcount (code_id, step, count)
    SELECT code.id, substr(one.key, LENGTH + 1), CAST(one.value AS bigint)
    FROM {each}(%(counts)s{json}) AS one
    JOIN referrals_invitecode AS code ON code.value = substr(one.key, 1, LENGTH)
    WHERE TRUE ORDER BY code.id, one.key
    ON CONFLICT (code_id, step) DO UPDATE SET count = referrals_linkcount.count + excluded.count
    RETURNING (SELECT value FROM referrals_invitecode WHERE id = code_id), step""".replace(
        "LENGTH", str(CODE_LENGTH)
    ),
)
"""Rows are locked in the order of codes, in which deletions take these."""


class Funnel(NamedTuple):
    """The funnel of one invite code since it was issued."""

    opened: int
    codes_asked: int
    new_users: int
    joined: int


class Links(Batch[tuple[str, Step]]):
    """Steps by invite code; the codes may not exist."""

    def write(self, pending: Tally[tuple[str, Step]]) -> None:
        """Add to the rows of existing codes; counts of other codes are dropped."""
        counts = {f"{code}{step}": count for (code, step), count in pending.items()}
        known = COUNT.rows(counts=orjson.dumps(counts).decode())
        OPENED.add(sum(pending[code, Step.OPENED] for code, step in known if step == Step.OPENED))
        pending.clear()


LINKS = Links("invite links")


def count(code: str, step: Step) -> None:
    """Count a step for the link of a code, whether or not the code exists."""
    LINKS.gather((code, step))


def flush() -> None:
    """Write this process's counts."""
    LINKS.flush()
    OPENED.flush()


def of(code: str) -> Funnel:
    """The funnel of an invite code, a few seconds late; zeros if there is no such code."""
    rows = InviteCode.objects.filter(value=code).annotate(
        **{step.value: Sum("link_counts__count", filter=Q(link_counts__step=step)) for step in Step}
    )
    found = rows.values_list(*Step.values, "activations_count").first()
    return Funnel(*(count or 0 for count in found or (0,) * 4))


listen("invite link opened", lambda code: count(code, Step.OPENED))
