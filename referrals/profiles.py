"""What a user sees of their own account."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import orjson
from django.conf import settings
from django.db import IntegrityError, connection

from referrals import invites
from users.errors import TokenNotValid
from users.models import User
from users.statements import moment, read

SHOWN = 50  # invitees in a profile

JSON = {
    "postgresql": {
        "array": "json_build_array",
        "collect": "json_agg",
        "nest": "",
        "text": "::text",
    },
    "sqlite": {"array": "json_array", "collect": "json_group_array", "nest": "json", "text": ""},
}
REFERRAL = """(SELECT {array}(
    mine.value, mine.activations_count, entered.code, entered.activated_at,
    {nest}((SELECT {collect}({array}(phone, activated_at)) FROM (
        SELECT invitee.phone, activation.activated_at
        FROM referrals_activation AS activation
        JOIN users_user AS invitee ON invitee.id = activation.invitee_id
        WHERE activation.inviter_id = users_user.id
        ORDER BY activation.activated_at DESC, activation.id DESC LIMIT {limit}
    ) AS newest))
){text} FROM referrals_invitecode AS mine
LEFT JOIN referrals_activation AS entered ON entered.invitee_id = mine.owner_id
WHERE mine.owner_id = users_user.id)"""


class Invitee(NamedTuple):
    """Who entered the user's code, and when: ISO 8601, in UTC where no offset is given."""

    phone: str
    activated_at: str


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


def referral_column() -> str:
    """SQL of a column with a user's referral data, to be read along with `users_user`."""
    return REFERRAL.format(limit=SHOWN + 1, **JSON[connection.vendor])


def referral_of(user: User) -> Referral:
    """The user's referral data; a missing invite code is issued now.

    No query where it was read along with the user, else one.
    Raises `InviteCodesExhausted`, or `TokenNotValid` if the account was deleted meanwhile.
    """
    text = vars(user).pop("read_along", None) or _read(user) or _issued(user)
    if text is None:
        raise TokenNotValid
    value, count, code, activated_at, newest = orjson.loads(text)
    return Referral(
        value,
        count,
        code,
        activated_at and moment(activated_at),
        [Invitee(*one) for one in newest or ()],
    )


def change_names(user: User, **changes: str) -> None:
    """Store any of `first_name`, `last_name` and `email`; the others stay as they are."""
    User.objects.filter(pk=user.pk).update(**changes)
    for name, value in changes.items():
        setattr(user, name, value)


def _read(user: User) -> str | None:
    rows = read(f"SELECT {referral_column()} FROM users_user WHERE id = %s", [user.pk])  # noqa: S608
    return rows[0][0] if rows else None


def _issued(user: User) -> str | None:
    try:
        invites.issue(user)
    except IntegrityError:  # there is no such user any more
        return None
    return _read(user)
