"""Exports everything stored about one person."""

from argparse import ArgumentParser
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError

from referrals import invites, profiles
from users.errors import InvalidPhone
from users.models import User
from users.phones import parse_phone


class Command(BaseCommand):
    """Everything except limits and challenges, whose keys are digests that identify nobody."""

    help = "Write a person's data as JSON to standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("phone", help="however it is written")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = User.objects.get(phone=parse_phone(options["phone"]))
        except (InvalidPhone, User.DoesNotExist):
            raise CommandError("There is no user with this phone.") from None
        self.stdout.write(orjson.dumps(data_of(user), option=orjson.OPT_INDENT_2).decode())


def data_of(user: User) -> dict[str, Any]:
    """The account, the invitations and the sessions, newest first."""
    referral = profiles.referral_of(user)
    names = ("id", "phone", "first_name", "last_name", "email", "is_active", "is_staff")
    session = ("id", "created_at", "last_used_at", "ended_at", "expires_at", "ip", "user_agent")
    return {
        **{name: getattr(user, name) for name in (*names, "date_joined", "last_login")},
        "invite_code": referral.invite_code,
        "activated_invite_code": referral.activated_invite_code,
        "activated_at": referral.activated_at,
        "invitees": [
            {"phone": one.invitee.phone, "activated_at": one.activated_at}
            for one in invites.invitees_of(user)
        ],
        "sessions": list(user.sessions.order_by("-created_at").values(*session)),
    }
