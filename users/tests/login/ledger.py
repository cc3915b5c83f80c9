"""A ledger of requested and entered codes, from which it computes what the tables must hold.

It only needs the simplest rules, since it checks while nothing is running: a message is charged
unless its challenge was undone; an attempt is charged unless its door led to a login.
"""

import math
import threading
from collections import Counter
from dataclasses import dataclass

from users.limits import alarm
from users.limits.buckets import LIMITS
from users.limits.policy import BUDGET, LOGINS, MESSAGES, STRANGERS_BUDGET
from users.models import Challenge, Limit, Session, User
from users.models import Counter as Hours
from users.tests.counts import counted

SECONDS = {
    "messages-phone": 3600,
    "messages-phone-known": 3600,
    "messages-network": 60,
    "messages-site": 6,
}


@dataclass(frozen=True)
class Use:
    """A message or an attempt: the phone, the client, and whether the pair is known."""

    phone: str
    network: str
    site: str
    known: bool

    def rows(self, kind):
        """The limits that it is charged to: kind and key."""
        yield f"{kind}-network", self.network
        if self.site and not self.known:
            yield f"{kind}-site", self.site
        yield f"{kind}-phone{'-known' if self.known else ''}", self.phone


class Ledger:
    """The ledger, written by many threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.opened, self.attempts, self.won, self.sent = {}, Counter(), [], 0
        self.messages, self.asked, self.free_at = Counter(), [], {}

    def challenge(self, challenge):
        with self.lock:
            self.opened[challenge.nonce] = challenge

    def attempt(self, nonce, door, client):
        with self.lock:
            self.attempts[nonce, door, client.network, client.site] += 1

    def login(self, nonce, door):
        with self.lock:
            self.won.append((nonce, door))

    def message(self, phone, client, *, known, sent=True):
        with self.lock:
            self.sent += sent
            self.asked.append(Use(phone, client.network, client.site, known))

    def settle(self, now):
        """Charge the new messages, all requested at the current time."""
        new = Counter(row for use in self.asked for row in use.rows("messages"))
        for (kind, who), count in new.items():
            since = max(self.free_at.get((kind, who), 0), now)
            self.free_at[kind, who] = since + count * SECONDS[kind]
        self.messages.update(use.known for use in self.asked)
        self.asked.clear()

    def guesses(self):
        """Attempts at 4-digit codes that were not refunded."""
        for (nonce, door, network, site), count in self.attempts.items():
            one = self.opened[nonce]
            if one.digits == 4 and (nonce, door) not in self.won:
                yield Use(one.phone, network, site, one.known), count

    def limits(self, now):
        """How much of each limit is used."""
        used = Counter(
            {row: math.ceil((at - now) / SECONDS[row[0]]) for row, at in self.free_at.items()}
        )
        for use, count in self.guesses():
            used.update(dict.fromkeys(use.rows("guesses"), count))
        return {row: max(count, 0) for row, count in used.items()}

    def compare(self, now):
        """Compare the limits' rows with the ledger."""
        self.settle(now)
        expected = self.limits(now)
        names = {LIMITS[kind].key(who): (kind, who) for kind, who in expected}
        columns = ("key", "kind", "count", "resets_at")
        found = dict.fromkeys(expected, 0)
        for key, kind, *row in Limit.objects.exclude(kind=alarm.KEY).values_list(*columns):
            if used := LIMITS[kind].used_of(*row):
                found[names.get(key, (kind, key))] = used
        wrong = {row: (used, expected.get(row)) for row, used in found.items()}
        assert found == expected, {row: two for row, two in wrong.items() if two[0] != two[1]}
        assert counted(BUDGET) == self.messages.total()
        assert counted(STRANGERS_BUDGET) == self.messages[False]
        unknown = sum(count for use, count in self.guesses() if not use.known)
        assert counted(alarm.GUESSES) == unknown
        self.compare_challenges()
        self.compare_meter(MESSAGES, self.sent)
        self.compare_meter(LOGINS, len(self.won))

    def compare_challenges(self):
        """Check that each was used at most once, and the others' doors charged exactly."""
        used = [nonce for nonce, _ in self.won]
        assert len(set(used)) == len(used)
        assert not Challenge.objects.filter(nonce__in=used).exists()
        charged = Counter()
        for (nonce, door, *_), count in self.attempts.items():
            charged[nonce, door] += count
        for one in Challenge.objects.all():
            assert one.ticket_charged == charged[one.nonce, "ticket"]
            assert one.network_charged == charged[one.nonce, "network"]

    def compare_meter(self, meter, count):
        meter.flush()
        assert sum(Hours.objects.filter(kind=meter.kind).values_list("count", flat=True)) == count

    def people(self):
        """The phones that logged in."""
        return {self.opened[nonce].phone for nonce, _ in self.won}

    def compare_people(self, users, sessions):
        """Compare users and sessions with the ledger; `users` and `sessions` existed before."""
        assert set(User.objects.values_list("phone", flat=True)) == users | self.people()
        assert Session.objects.count() == sessions + len(self.won)
