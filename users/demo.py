"""Made-up people: their phones, names, devices and logins of the last sixty days.

The phones belong to nobody: Russian numbers with codes that no operator has, and 555-0100 to
555-0199, which North America reserves for fiction. The addresses are reserved for documentation.
"""

import random
from collections import Counter as Tally
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password

from users.clients import network_of
from users.limits import policy
from users.models import Counter, Limit, Session, User
from users.sessions.lifecycle import LIFETIME

STAFF_PHONE = "+79430000000"
DAYS = 60
HOUR = timedelta(hours=1)
FREE_CODES = ("943", "944", "945", "946", "947", "973", "974", "975", "976")
AMERICAN_CODES = ("212", "312", "415", "617")
RUSSIAN_NAMES = "Анна Борис Вера Глеб Дарья Егор Жанна Захар Ирина Кирилл Мария Никита Ольга Пётр"
AMERICAN_NAMES = "Anna Boris Clara Dora Emma Felix"
LETTERS = "АБВГДЕЗКЛМНПРСТФШ"

# How busy each hour is, from midnight in Moscow, and each day of the week, from Monday.
DAY_CURVE = (2, 1, 1, 1, 1, 2, 4, 7, 9, 11, 12, 13, 14, 13, 12, 12, 13, 14, 15, 16, 15, 12, 8, 4)
WEEK_CURVE = (1.0, 1.05, 1.05, 1.0, 0.95, 0.6, 0.55)
MOSCOW = 3

_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X)"
_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
DEVICES = {
    f"{_IPHONE} {_WEBKIT} Mobile/15E148 Safari/604.1": 9,
    f"Mozilla/5.0 (Linux; Android 10; K) {_CHROME} Mobile Safari/537.36": 12,
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36": 6,
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} YaBrowser/25.10.0.0 Safari/537.36": 4,
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Safari/605.1.15": 3,
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0": 1,
}


class Calendar:
    """The hours of the last sixty days and how busy each was, growing from week to week."""

    def __init__(self, dice: random.Random, now: datetime) -> None:
        self.dice, self.now = dice, now
        last = now.replace(minute=0, second=0, microsecond=0)
        self.hours = [last - HOUR * back for back in range(DAYS * 24 - 1, 0, -1)]
        moods = [dice.uniform(0.75, 1.25) for _ in range(DAYS + 1)]
        self.weights = [self._weight(hour, moods) for hour in self.hours]

    def moments(self, count: int, since: datetime | None = None) -> list[datetime]:
        """`count` moments after `since`, in order; none if too little time is left."""
        start = (since - self.hours[0]) // HOUR + 2 if since else 0
        if start >= len(self.hours) or not count:
            return []
        hours = self.dice.choices(self.hours[start:], self.weights[start:], k=count)
        return sorted(hour + timedelta(seconds=self.dice.uniform(0, 3600)) for hour in hours)

    def _weight(self, hour: datetime, moods: list[float]) -> float:
        local = hour + HOUR * MOSCOW
        day = (hour - self.hours[0]).days
        growth = 0.3 + 1.4 * day / DAYS
        return growth * moods[day] * DAY_CURVE[local.hour] * WEEK_CURVE[local.weekday()]


def people(calendar: Calendar, count: int) -> list[User]:
    """Users in the order in which they joined; the first one is staff, some are banned."""
    dice = calendar.dice
    users = [
        User(phone=phone, date_joined=moment, password=make_password(None), **_name(dice, phone))
        for phone, moment in zip(_phones(dice, count), calendar.moments(count), strict=True)
    ]
    for user in dice.sample(users[1:], count // 50):
        user.is_active = False
    for user, pk in zip(users, sorted(user.pk for user in users), strict=True):
        user.pk = pk
    users[0].phone, users[0].first_name = STAFF_PHONE, "Anna"
    users[0].is_staff = users[0].is_superuser = True
    return users


def logins(calendar: Calendar, users: Sequence[User]) -> list[Session]:
    """Everyone's sessions in order: the first one when joining, later ones on several devices."""
    return sorted(
        (session for user in users for session in _logins(calendar, user)),
        key=lambda session: session.created_at,
    )


def counters(dice: random.Random, sessions: Sequence[Session]) -> list[Counter]:
    """The counters' values; some codes were requested twice or mistyped."""
    counts: Tally[tuple[str, datetime]] = Tally()
    for session in sessions:
        hour = session.created_at.replace(minute=0, second=0, microsecond=0)
        counts[policy.LOGINS.kind, hour] += 1
        counts[policy.MESSAGES.kind, hour] += (sent := 1 + (dice.random() < 0.15))
        counts[policy.ASKED.kind, hour] += sent
        counts[policy.WRONG_GUESSES.kind, hour] += dice.random() < 0.12
    return [Counter(kind=kind, hour=hour, count=n) for (kind, hour), n in counts.items() if n]


def used_limits(dice: random.Random, now: datetime, users: Sequence[User]) -> list[Limit]:
    """A few phones and one address under attack, so their codes have 8 digits."""
    victims = [(policy.GUESSES_PER_PHONE, user.phone, user) for user in dice.sample(users[1:], 3)]
    return [
        Limit(
            key=strikes.key(who),
            kind=strikes.name,
            user=user,
            count=strikes.most,
            resets_at=(now + policy.QUIET - HOUR * dice.randrange(1, 72)).timestamp(),
        )
        for strikes, who, user in [*victims, (policy.GUESSES_PER_NETWORK, "203.0.113.66", None)]
    ]


def _phones(dice: random.Random, count: int) -> list[str]:
    russian = [
        f"+7{dice.choice(FREE_CODES)}{number:07}" for number in dice.sample(range(1, 10**7), count)
    ]
    american = [f"+1{code}5550{number}" for code in AMERICAN_CODES for number in range(100, 200)]
    foreign = dice.sample(american, min(count // 20, len(american)))
    phones = russian[: count - len(foreign)] + foreign
    dice.shuffle(phones)
    return phones


def _name(dice: random.Random, phone: str) -> dict[str, str]:
    if dice.random() < 0.35:
        return {}
    names = RUSSIAN_NAMES if phone.startswith("+7") else AMERICAN_NAMES
    fields = {"first_name": dice.choice(names.split())}
    if dice.random() < 0.5:
        fields["last_name"] = f"{dice.choice(LETTERS)}."
    if dice.random() < 0.4:
        fields["email"] = f"{phone[-4:]}@example.org"
    return fields


def _logins(calendar: Calendar, user: User) -> list[Session]:
    dice, joined = calendar.dice, user.date_joined
    agents = dice.choices(list(DEVICES), list(DEVICES.values()), k=dice.choice((1, 1, 2, 3)))
    homes = [_address(dice) for _ in agents]
    later = calendar.moments(min(int(dice.expovariate(0.5)), 8), since=joined)
    sessions: list[Session] = []
    for moment in [joined, *later]:
        device = dice.randrange(len(agents))
        for earlier in sessions:  # who logs in anew has logged out before, or was thrown out
            if earlier.user_agent == agents[device] and not earlier.ended_at:
                earlier.ended_at = earlier.last_used_at = _between(dice, earlier.created_at, moment)
        sessions.append(_session(calendar, user, moment, agents[device], homes[device]))
    user.last_login = sessions[-1].created_at
    return sessions


def _session(calendar: Calendar, user: User, moment: datetime, agent: str, address: str) -> Session:
    used = _between(calendar.dice, moment, calendar.now)
    return Session(
        user=user,
        counter=int((used - moment) / HOUR / 7),
        created_at=moment,
        last_used_at=used,
        expires_at=moment + LIFETIME,
        user_agent=agent,
        ip=address,
        network=network_of(address),
    )


def _between(dice: random.Random, start: datetime, end: datetime) -> datetime:
    """A moment between the two, more likely an early one."""
    return start + (end - start) * dice.random() ** 2


def _address(dice: random.Random) -> str:
    if dice.random() < 0.2:
        customer, host = dice.randrange(1, 2**16), dice.randrange(1, 100)
        return f"2001:db8:{customer:x}::{host}"
    return f"{dice.choice(('203.0.113', '198.51.100'))}.{dice.randrange(1, 255)}"
