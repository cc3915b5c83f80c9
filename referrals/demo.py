"""A history to look at: who invited whom in the last sixty days, among people who never were."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from referrals import invites
from referrals.models import Activation, InviteCode
from users import demo
from users.models import Counter, Limit, Session, User

BY_CODE = 0.52  # of newcomers; a little over a half, as some activations lie in the future
RETURNED = 0.1  # of activations, by an inviter who came without a code


@dataclass(frozen=True)
class History:
    """What was made: users, the staff user first, their sessions and activations."""

    users: list[User]
    sessions: list[Session]
    activations: list[Activation]

    @property
    def star(self) -> User:
        """Who invited most of those who can log in and are not staff."""
        people = (user for user in self.users[1:] if user.is_active)
        return max(people, key=lambda user: user.invite_code.activations_count)


def exists() -> bool:
    """Whether the demo data is in the database already."""
    return User.objects.filter(phone=demo.STAFF_PHONE).exists()


@transaction.atomic
def make(count: int, seed: int, password: str) -> History:
    """Make `count` users with all they did; the same for the same seed but for secrets and time."""
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
    Limit.objects.bulk_create(demo.used_limits(dice, now, users), ignore_conflicts=True)
    return History(users, sessions, activations)


def _activations(dice: random.Random, now: datetime, users: Sequence[User]) -> list[Activation]:
    """About half of the newcomers come by a code; a few inviters bring most of them."""
    _give_codes(dice, users)
    charm = [min(dice.paretovariate(0.7), 300) for _ in users]  # a few have much
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


def _give_codes(dice: random.Random, users: Sequence[User]) -> None:
    taken = set(InviteCode.objects.values_list("value", flat=True))
    for user in users:
        while (value := invites.draw(dice.choice)) in taken:
            pass
        taken.add(value)
        user.invite_code = InviteCode(owner=user, value=value)


def _hesitation(dice: random.Random) -> timedelta:
    """Mostly the minutes that following an invite link takes, now and then days."""
    if dice.random() < 0.8:
        return timedelta(minutes=0.5 + dice.expovariate(1 / 3))
    return timedelta(days=dice.expovariate(1 / 3))
