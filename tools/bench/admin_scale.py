"""How long each page of the admin takes with a million users; then a slow one fails the run."""

import statistics
import time
from collections.abc import Iterator
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment

from referrals.admin.export import csv_of
from referrals.models import InviteCode
from tools.bench.people import UID, VALUE
from users.models import User

USERS, FEW = 1_000_000, 50_000
MOST = 300  # ms
RUNS = 5

# For each user 0.6 activations, half of them by a few inviters, and 0.3 limits.
TABLES = f"""
INSERT INTO users_user (id, phone, password, is_superuser, first_name, last_name, email, is_staff,
    is_active, date_joined, last_login)
SELECT {UID}, '+7' || 9160000000 + n * 3, '!', false, '', '', '', n %% 100000 = 0, n %% 5000 <> 0,
    now() - interval '365 days' * (1 - n / %(users)s.0), now()
FROM generate_series(1, %(users)s) AS n;

INSERT INTO referrals_invitecode (owner_id, value, activations_count)
SELECT {UID}, {VALUE}, 0 FROM generate_series(1::bigint, %(users)s) AS n;

INSERT INTO referrals_activation (invitee_id, inviter_id, code, activated_at)
SELECT invitee.id, code.owner_id, code.value, invitee.date_joined + interval '5 minutes'
FROM (SELECT {UID} AS inviter, invitee
    FROM (SELECT %(users)s - m AS invitee, 1 + (power(random(), 4) * %(users)s * 3 / 10)::int AS n
        FROM generate_series(1, %(users)s * 6 / 10) AS m) AS numbers) AS pair
JOIN users_user AS invitee ON invitee.phone = '+7' || 9160000000 + pair.invitee * 3
JOIN referrals_invitecode AS code ON code.owner_id = pair.inviter;

UPDATE referrals_invitecode SET activations_count = counted.total
FROM (SELECT inviter_id, count(*) AS total FROM referrals_activation GROUP BY 1) AS counted
WHERE counted.inviter_id = owner_id;

INSERT INTO users_session (id, user_id, counter, created_at, last_used_at, expires_at, user_agent,
    ip, network)
SELECT gen_random_uuid(), id, 3, date_joined, now() - random() * interval '30 days',
    date_joined + interval '90 days', 'a phone', '192.0.2.1', '192.0.2.1'
FROM users_user;

INSERT INTO users_limit (key, kind, count, resets_at)
SELECT md5(n::text), (ARRAY['messages-phone', 'messages-network', 'guesses-phone'])[1 + n %% 3],
    n %% 8, extract(epoch FROM now()) + random() * 600000
FROM generate_series(1, %(users)s * 3 / 10) AS n;

INSERT INTO users_counter (kind, hour, count)
SELECT kind, date_trunc('hour', now()) - interval '1 hour' * n, 1000
FROM generate_series(0, 180 * 24 - 1) AS n,
    unnest(ARRAY['messages', 'codes-asked', 'logins', 'wrong-guesses', 'guesses',
        'links-opened']) AS kind;
"""


def measure(*, quick: bool) -> int:
    """Print the median of each page in milliseconds; 1 if a page is slow."""
    setup_test_environment()
    users, began = FEW if quick else USERS, time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(TABLES, {"users": users})
        cursor.execute("VACUUM ANALYZE")
    print(f"{users:,} users after {time.perf_counter() - began:.0f} s")
    slow = [name for name, median in measured(1 if quick else RUNS) if median > MOST]
    if slow and not quick:
        print(f"more than {MOST} ms: {', '.join(slow)}")
    return bool(slow and not quick)


def measured(runs: int) -> Iterator[tuple[str, float]]:
    """Each page with the median of its times in milliseconds."""
    client = Client()
    client.force_login(User.objects.create_superuser("+79990000001", "only-for-this-1"))
    for name, path in pages():
        times = []
        for _ in range(runs):
            cache.clear()  # the first visitor's figures, not the second's
            began = time.perf_counter()
            assert client.get(path).status_code == 200, path
            times.append(1000 * (time.perf_counter() - began))
        yield report(name, statistics.median(times))
    began = time.perf_counter()
    size = sum(len(part) for part in csv_of(User.objects.all()))
    print(f"export of all: {time.perf_counter() - began:.1f} s, {size / 1e6:.0f} MB")


def pages() -> list[tuple[str, str]]:
    """Every list, by its hardest filters and searches, too."""
    users, sessions = "/admin/users/user/", "/admin/users/session/"
    codes, activations = "/admin/referrals/invitecode/", "/admin/referrals/activation/"
    popular = InviteCode.objects.order_by("-activations_count").select_related("owner")[0]
    phone = User.objects.all()[User.objects.count() // 2].phone.replace("+", "%2B")
    searched = {"phone": phone, "code": popular.value}
    lists = {"users": users, "codes": codes, "activations": activations, "sessions": sessions}
    return [
        ("first page with figures", "/admin/"),
        ("first page of 90 days", "/admin/?days=90"),
        *((name, path) for name, path in lists.items()),
        *((f"{name}, page 200", f"{path}?p=200") for name, path in lists.items()),
        *(
            (f"{name} by {what}", f"{path}?q={text}")
            for name, path in lists.items()
            for what, text in searched.items()
        ),
        ("users by a beginning", f"{users}?q=91600"),
        ("users by a rare beginning", f"{users}?q=9160000{12:02}"),
        ("users: banned", f"{users}?is_active__exact=0"),
        ("users: staff", f"{users}?is_staff__exact=1"),
        ("users: today", f"{users}?date_joined__gte={_today()}"),
        ("users by phone, sorted", f"{users}?o=1"),
        ("users by date, sorted", f"{users}?o=-6"),
        ("one user", f"{users}{popular.owner_id}/change/"),
        ("one user's deletion", f"{users}{popular.owner_id}/delete/"),
        ("activations of one", f"{activations}?inviter__id__exact={popular.owner_id}"),
        ("activations today", f"{activations}?activated_at__gte={_today()}"),
        ("sessions of one", f"{sessions}?user__id__exact={popular.owner_id}"),
        ("limits", "/admin/users/limit/"),
        ("limits: long codes", "/admin/users/limit/?long=phones"),
        ("limits: a rare kind", "/admin/users/limit/?kind=passwords-phone"),
        ("counters", "/admin/users/counter/"),
    ]


def _today() -> str:
    return f"{time.strftime('%Y-%m-%d', time.gmtime())}%2000:00:00%2B00:00"


def report(name: str, median: float) -> tuple[str, Any]:
    """Print one line."""
    print(f"{name:32}{median:7.0f} ms", flush=True)
    return name, median
