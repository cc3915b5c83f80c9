"""Bans: banned users have no sessions and can't open any."""

from uuid import UUID

from users import security
from users.clients import Client
from users.models import User
from users.sessions.lifecycle import end_all


def ban(user_id: UUID, client: Client, *, by: object) -> None:
    """Ban a user and end all their sessions, so that lifting the ban revives none.

    The order matters: a login in between either finds the ban or has its session ended.
    """
    banned = User.objects.filter(pk=user_id, is_active=True).update(is_active=False)
    end_all(user_id, client, "banned")
    if banned:
        security.log_after_commit("user banned", user=user_id, by=by, address=client.address)


def unban(user_id: UUID, client: Client, *, by: object) -> None:
    """Let a user log in again."""
    if User.objects.filter(pk=user_id, is_active=False).update(is_active=True):
        security.log_after_commit("user unbanned", user=user_id, by=by, address=client.address)
