"""Bans: whoever is banned has no sessions and gets none."""

from uuid import UUID

from users import security
from users.clients import Client
from users.models import User
from users.sessions.lifecycle import end_all


def ban(user_id: UUID, client: Client, *, by: object) -> None:
    """Refuse a user everywhere and end all sessions, so that lifting the ban revives none.

    In this order: a login that comes between finds the ban, or its session is ended.
    """
    banned = User.objects.filter(pk=user_id, is_active=True).update(is_active=False)
    end_all(user_id, client, "banned")
    if banned:
        security.log("user banned", user=user_id, by=by, address=client.address)


def unban(user_id: UUID, client: Client, *, by: object) -> None:
    """Let a user log in again."""
    if User.objects.filter(pk=user_id, is_active=False).update(is_active=True):
        security.log("user unbanned", user=user_id, by=by, address=client.address)
