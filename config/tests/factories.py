"""Makes users: after a first login, in bulk with or without codes, and invitees."""

import itertools
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.db.models import F
from django.utils import timezone

from referrals.invites import draw
from referrals.models import Activation, InviteCode
from users.clients import Client
from users.models import Session, User
from users.sessions.lifecycle import LIFETIME
from users.sessions.tokens import AccessToken

_numbers = itertools.count(3_000_001)  # tests write lower ones by hand
HERE = Client.at("127.0.0.1")


def new_phone() -> str:
    """A phone nobody has used."""
    return f"+7916{next(_numbers):07}"


def join(**fields: Any) -> User:
    """A user after a first login."""
    user = User.objects.create_user(fields.pop("phone", None) or new_phone(), **fields)
    user_logged_in.send(sender=User, request=None, user=user)
    return user


def strangers(count: int, **fields: Any) -> list[User]:
    """This many users without invite codes."""
    return User.objects.bulk_create([User(phone=new_phone(), **fields) for _ in range(count)])


def people(count: int) -> list[User]:
    """This many users with invite codes."""
    users, values = strangers(count), set()
    while len(values) < count:
        values.add(draw())
    InviteCode.objects.bulk_create(
        [InviteCode(owner=user, value=value) for user, value in zip(users, values, strict=True)]
    )
    return users


def invitees(
    inviter: User,
    count: int,
    *,
    newest: datetime | None = None,
    apart: timedelta = timedelta(seconds=1),
) -> list[User]:
    """This many invitees of the inviter, newest first, spaced `apart`."""
    invited, newest = strangers(count), newest or timezone.now()
    Activation.objects.bulk_create(
        Activation(
            invitee=one,
            inviter=inviter,
            code=inviter.invite_code.value,
            activated_at=newest - apart * n,
        )
        for n, one in enumerate(invited)
    )
    mine = InviteCode.objects.filter(owner=inviter)
    mine.update(activations_count=F("activations_count") + count)
    return invited


def access_tokens(users: Iterable[User]) -> list[str]:
    """Open a session for each user; returns their access tokens."""
    ends = timezone.now() + LIFETIME
    here = {"ip": HERE.address, "network": HERE.network}
    sessions = Session.objects.bulk_create(
        [Session(user=user, expires_at=ends, **here) for user in users]
    )
    return [str(AccessToken.of(session)) for session in sessions]
