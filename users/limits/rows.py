"""The rows of limits: statements that charge, refund and delete them."""

import time

from django.db.models import Q

from users.models import Limit
from users.statements import Statement

ALARM = "guess-alarm"
ENDING = ~Q(kind=ALARM)
"""Those that mean nothing once their time has come; the alarm may last longer."""

TAKE_RATE = Statement(
    "take_rate",
    """INSERT INTO users_limit (key, kind, count, resets_at)
    SELECT %(key)s, %(kind)s, 0, %(now)s + %(period)s FROM {before} WHERE TRUE
    ON CONFLICT (key) DO UPDATE SET resets_at = %(period)s +
        CASE WHEN users_limit.resets_at BETWEEN %(now)s AND %(ahead)s
            THEN users_limit.resets_at ELSE %(now)s END
    WHERE users_limit.resets_at <= %(latest)s OR users_limit.resets_at > %(ahead)s
    RETURNING key""",
)
REFUND_RATE = Statement(
    "refund_rate",
    "UPDATE users_limit SET resets_at = resets_at - %(seconds)s WHERE key = %(key)s RETURNING key",
)
TAKE_FAILURE = Statement(
    "take_failure",
    """INSERT INTO users_limit (key, kind, count, resets_at)
    SELECT %(key)s, %(kind)s, 1, %(renewed)s FROM {before} WHERE TRUE
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN COUNTS THEN users_limit.count + 1 ELSE 1 END,
        resets_at = CASE WHEN COUNTS AND NOT %(failed)s
            THEN users_limit.resets_at ELSE excluded.resets_at END
    WHERE users_limit.count < %(most)s OR NOT (COUNTS)
    RETURNING %(most)s - count""".replace(
        "COUNTS", "users_limit.resets_at > %(now)s AND users_limit.resets_at <= %(ahead)s"
    ),
)
REFUND_FAILURES = Statement(
    "refund_failures",
    """INSERT INTO users_limit (key, kind, count, resets_at)
    SELECT %(key)s, %(kind)s, 0, 0 FROM {before} WHERE TRUE
    ON CONFLICT (key) DO UPDATE SET count =
        CASE WHEN users_limit.count > %(count)s THEN users_limit.count - %(count)s ELSE 0 END
    RETURNING key""",
)
"""It always changes a row, so that a chain of refunds is not broken by one that is gone."""


def sweep_limits_sometimes() -> None:
    Limit.objects.sweep_sometimes(ENDING, resets_at__lte=time.time())
