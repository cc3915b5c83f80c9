"""A made-up history: who invited whom in the last sixty days, among made-up people."""

import random
from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from referrals import funnel, invites
from referrals.models import Activation, InviteCode, LinkCount
from users import demo
from users.models import Counter, Limit, Session, User

RANGE = timedelta(
    days=29
)  # before today: the admin's first page shows the top inviter of these days
BY_CODE = (
    0.52  # share of newcomers; a little over half, since some activations would be in the future
)
OPENINGS = (1, 1, 2, 2, 3, 5)
RETURNED = 0.1  # share of activations by inviters who joined without a code


@dataclass(frozen=True)
class History:
    """What was created: users, the member of staff first, their sessions and activations."""

    users: list[User]
    sessions: list[Session]
    activations: list[Activation]

    @property
    def star(self) -> User:
        """The top inviter of the last 30 days, first in the admin's list."""
        since = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) - RANGE
        recent = (one for one in self.activations if one.activated_at >= since)
        invited = Tally(one.inviter_id for one in recent)
        people = (user for user in self.users if user.pk in invited)
        return min(people, key=lambda user: (-invited[user.pk], user.pk))


def exists() -> bool:
    """Whether the demo data is in the database already."""
    return User.objects.filter(phone=demo.STAFF_PHONE).exists()


@transaction.atomic
def make(count: int, seed: int, password: str) -> History:
    """Create `count` users and their history; a seed fixes all but secrets and the time."""
    dice, now = random.Random(seed), timezone.now()  # noqa: S311  # of fiction
    calendar = demo.Calendar(dice, now)
    users = demo.people(calendar, count)
    users[0].password = make_password(password)
    sessions = demo.logins(calendar, users)
    activations = _activations(dice, now, users)
    User.objects.bulk_create(users)
    Session.objects.bulk_create(sessions)
    Activation.objects.bulk_create(activations)
    InviteCode.objects.bulk_create(user.invite_code for user in users)
    Counter.objects.bulk_create(demo.counters(dice, sessions), ignore_conflicts=True)
    Counter.objects.bulk_create(_openings(dice, activations), ignore_conflicts=True)
    LinkCount.objects.bulk_create(_link_counts(dice, users))
    Limit.objects.bulk_create(demo.used_limits(dice, now, users), ignore_conflicts=True)
    return History(users, sessions, activations)


def _activations(dice: random.Random, now: datetime, users: Sequence[User]) -> list[Activation]:
    """About half of the newcomers join by a code; a few inviters bring most of them."""
    _give_codes(dice, users)
    charm = [min(dice.paretovariate(0.7), 300) for _ in users]  # a few have a lot
    for number, user in enumerate(users):
        if user.is_staff or not user.is_active:  # the top inviter must be able to log in
            charm[number] = 0.1
    done: dict[str, Activation] = {}
    for number, invitee in enumerate(users[1:], 1):
        if dice.random() > BY_CODE:
            continue
        (inviter,) = dice.choices(users[:number], charm[:number])
        _activate(done, invitee, inviter, invitee.date_joined + _hesitation(dice), now)
        if dice.random() < RETURNED and inviter.phone not in done:
            _activate(done, inviter, invitee, invitee.date_joined + _hesitation(dice) * 2, now)
    return sorted(done.values(), key=lambda one: one.activated_at)


def _activate(
    done: dict[str, Activation], invitee: User, inviter: User, moment: datetime, now: datetime
) -> None:
    if moment < now:
        code = inviter.invite_code
        code.activations_count += 1
        done[invitee.phone] = Activation(
            invitee=invitee, inviter=inviter, code=code.value, activated_at=moment
        )


def _openings(dice: random.Random, activations: Sequence[Activation]) -> list[Counter]:
    """For each activation, a few openings of links in the same hour."""
    hours: Tally[datetime] = Tally()
    for one in activations:
        hour = one.activated_at.replace(minute=0, second=0, microsecond=0)
        hours[hour] += dice.choice(OPENINGS)
    return [Counter(kind=funnel.OPENED.kind, hour=hour, count=n) for hour, n in hours.items()]


def _link_counts(dice: random.Random, users: Sequence[User]) -> list[LinkCount]:
    """What each code's link led to, a little less at each step."""
    counts = []
    for user in users:
        joined = user.invite_code.activations_count
        asked = joined + (joined and dice.randrange(joined + 1) // 3)
        opened = asked + (joined and dice.randrange(2 * joined + 1))
        steps = zip(LinkCount.Step, (opened, asked, joined), strict=True)
        code = user.invite_code
        counts += [LinkCount(code=code, step=step, count=count) for step, count in steps if count]
    return counts


def _give_codes(dice: random.Random, users: Sequence[User]) -> None:
    taken = set(InviteCode.objects.values_list("value", flat=True))
    for user in users:
        while (value := invites.draw(dice.choice)) in taken:
            pass
        taken.add(value)
        user.invite_code = InviteCode(owner=user, value=value)


def _hesitation(dice: random.Random) -> timedelta:
    """The time from opening a link to activating: mostly minutes, now and then days."""
    if dice.random() < 0.8:
        return timedelta(minutes=0.5 + dice.expovariate(1 / 3))
    return timedelta(days=dice.expovariate(1 / 3))
