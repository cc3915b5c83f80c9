"""What a user sees of their own account, and its end."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import phonenumbers
from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet

from referrals import invites
from referrals.models import InviteCode
from users.errors import InvalidPhone, TokenNotValid
from users.models import User
from users.phones import parse_phone
from users.sql import Row, moment, read

SHOWN = 50  # invitees in a profile

AS_JSON = {
    "postgresql": "json_agg(json_build_array(phone, activated_at))::text",
    "sqlite": "json_group_array(json_array(phone, activated_at))",
}
REFERRAL = """SELECT mine.value, mine.activations_count, entered.code, entered.activated_at,
    (SELECT {as_json} FROM (
        SELECT users_user.phone, activation.activated_at
        FROM referrals_activation AS activation
        JOIN users_user ON users_user.id = activation.invitee_id
        WHERE activation.inviter_id = %s
        ORDER BY activation.activated_at DESC, activation.id DESC LIMIT %s
    ) AS newest)
FROM referrals_invitecode AS mine
LEFT JOIN referrals_activation AS entered ON entered.invitee_id = mine.owner_id
WHERE mine.owner_id = %s"""


class Invitee(NamedTuple):
    """Who entered the user's code, and when."""

    phone: str
    activated_at: datetime


@dataclass(frozen=True)
class Referral:
    """Everything about a user's own code and the code they activated; no inviter's phone.

    `newest` are the newest invitees, one more than `SHOWN` if there are as many.
    """

    invite_code: str
    invitees_count: int
    activated_invite_code: str | None
    activated_at: datetime | None
    newest: list[Invitee]

    @property
    def invite_link(self) -> str:
        """The link to share."""
        return f"{settings.PUBLIC_URL}/i/{self.invite_code}"


def referral_of(user: User) -> Referral:
    """The user's referral data in one query; a missing invite code is issued now.

    Raises `InviteCodesExhausted`, or `TokenNotValid` if the account was deleted meanwhile.
    """
    row = _row(user) or _issued(user)
    if row is None:
        raise TokenNotValid
    value, count, code, activated_at, newest = row
    return Referral(
        value,
        count,
        code,
        activated_at and moment(activated_at),
        [Invitee(phone, moment(time)) for phone, time in orjson.loads(newest or "[]")],
    )


def _row(user: User) -> Row | None:
    sql = REFERRAL.format(as_json=AS_JSON[connection.vendor])
    rows = read(sql, [user.pk, SHOWN + 1, user.pk])
    return rows[0] if rows else None


def _issued(user: User) -> Row | None:
    try:
        invites.issue(user)
    except IntegrityError:  # there is no such user any more
        return None
    return _row(user)


def search_users(users: QuerySet[User], text: str) -> QuerySet[User]:
    """Those of `users` whose phone begins with, or whose invite code is, what somebody typed."""
    digits = re.sub(r"[ ()+.-]", "", text)
    if re.fullmatch(r"[0-9]+", digits):
        try:
            return users.filter(phone=parse_phone(text))
        except InvalidPhone:
            country = phonenumbers.country_code_for_region(settings.PHONE_REGION)
            beginnings = (f"+{digits}", f"+{country}{digits}")
            return users.filter(
                Q(phone__startswith=beginnings[0]) | Q(phone__startswith=beginnings[1])
            )
    value = invites.normalize(text)
    if not re.fullmatch(r"[0-9A-Z]{6}", value):
        return users.none()
    return users.filter(pk__in=InviteCode.objects.filter(value=value).values("owner"))


def erase(user: User) -> None:
    """Delete an account with its personal data; its invitees keep the code they see."""
    for last_try in (False, False, True):
        try:
            return _erase(user)
        except (IntegrityError, OperationalError):  # a parallel login or activation came between
            if last_try:
                raise
    return None


@transaction.atomic
def _erase(user: User) -> None:
    """Lock first the user, then all counters concerned in one order, as no two others would."""
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    counted = InviteCode.objects.filter(owner__in=[user.pk, _inviter_id(user)])
    list(counted.select_for_update().order_by("pk"))
    User.objects.filter(pk=user.pk).delete()


def _inviter_id(user: User) -> Any:
    activation = getattr(user, "activation", None)
    return activation and activation.inviter_id
