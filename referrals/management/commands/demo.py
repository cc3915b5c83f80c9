"""Fills the database with made-up people and their history."""

import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from referrals import demo
from users.demo import STAFF_PHONE


class Command(BaseCommand):
    """Tell a made-up history once."""

    help = (
        "Fill the database with made-up users and 60 days of their history, and a staff user. "
        "Does nothing where that is done already."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """How many, which, and where."""
        parser.add_argument("--users", type=int, default=500, help="how many users, 20 to 20000")
        parser.add_argument("--seed", type=int, default=8, help="another number, another history")
        parser.add_argument("--force", action="store_true", help="even though DEBUG is off")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print who may log in, and where."""
        if not (settings.DEBUG or options["force"]):
            raise CommandError("DEBUG is off: made-up users are not for production. See --force.")
        if not 20 <= options["users"] <= 20_000:
            raise CommandError("--users must be from 20 to 20000.")
        if demo.exists():
            self.stdout.write(
                "The demo data is there already; nothing was added. To set a new password for"
                f" {settings.PUBLIC_URL}/admin/:\n"
                f"  .venv/bin/python manage.py changepassword {STAFF_PHONE}"
            )
            return
        password = secrets.token_urlsafe(12)
        made = demo.make(options["users"], options["seed"], password)
        site, star = settings.PUBLIC_URL, made.star.phone
        self.stdout.write(
            f"Made {len(made.users)} users, {len(made.sessions)} sessions and"
            f" {len(made.activations)} activations. All phones are fictional.\n"
            "Start the server (make run) and log in:\n"
            f"  staff: {site}/admin/  phone {STAFF_PHONE}  password {password}\n"
            f"  top inviter of the last 30 days: {site}/  phone {star}"
        )
