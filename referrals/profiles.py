"""What users see of their own account."""

from dataclasses import dataclass
from datetime import datetime

import orjson
from django.conf import settings
from django.db import IntegrityError, connection
from django.db.models.expressions import RawSQL

from referrals import invites
from users.errors import TokenNotValid
from users.models import User
from users.sessions import lifecycle
from users.statements import JSON, Statement, moment

SHOWN = 50  # invitees in a profile

NEWEST = """(SELECT {array}(
    mine.value, mine.activations_count, entered.code, entered.activated_at,
    {nest}((SELECT {object}(phone, activated_at) FROM (
        SELECT invitee.phone, activation.activated_at
        FROM referrals_activation AS activation
        JOIN users_user AS invitee ON invitee.id = activation.invitee_id
        WHERE activation.inviter_id = users_user.id
        ORDER BY activation.activated_at DESC, activation.id DESC LIMIT LIMIT_TO
    ) AS newest))
){text} FROM referrals_invitecode AS mine
LEFT JOIN referrals_activation AS entered ON entered.invitee_id = mine.owner_id
WHERE mine.owner_id = users_user.id)""".replace("LIMIT_TO", str(SHOWN + 1))
"""All of a user's referral data as one JSON array, since PostgreSQL makes it faster than rows."""

REFERRAL = Statement(
    "referral", "SELECT NEWEST FROM users_user WHERE id = %(user)s".replace("NEWEST", NEWEST)
)
ACCESS = Statement(
    "access_with_referral",
    lambda: (
        lifecycle.accessible()
        .annotate(
            referral=RawSQL(NEWEST.format_map(JSON[connection.vendor]), ())  # noqa: S611  # no input in it
        )
        .values_list(*lifecycle.ACCESSED, "referral")
    ),
)


@dataclass(frozen=True)
class Referral:
    """A user's own code and the code they activated, without the inviter's phone.

    `newest` are the phones of the newest invitees, up to one more than `SHOWN`, each with when they
    activated the code (ISO 8601, UTC unless it has an offset).
    """

    invite_code: str
    invitees_count: int
    activated_invite_code: str | None
    activated_at: datetime | None
    newest: dict[str, str]

    @property
    def invite_link(self) -> str:
        """The invite link."""
        return f"{settings.PUBLIC_URL}/i/{self.invite_code}"


def referral_of(user: User) -> Referral:
    """The user's referral data; issues the invite code if it is missing.

    Raises `InviteCodesExhausted`, or `TokenNotValid` if the account was deleted meanwhile.
    """
    text = _read(user) or _issued(user)
    if text is None:
        raise TokenNotValid
    return parse(text)


def parse(text: str) -> Referral:
    """The referral data that `NEWEST` reads."""
    value, count, code, activated_at, newest = orjson.loads(text)
    return Referral(value, count, code, activated_at and moment(activated_at), newest or {})


def change_names(user: User, **changes: str) -> None:
    """Store any of `first_name`, `last_name` and `email`."""
    User.objects.filter(pk=user.pk).update(**changes)
    for name, value in changes.items():
        setattr(user, name, value)


def _read(user: User) -> str | None:
    row = REFERRAL.row(user=user.pk)
    return row[0] if row else None


def _issued(user: User) -> str | None:
    try:
        invites.issue(user)
    except IntegrityError:  # the user was deleted meanwhile
        return None
    return _read(user)
