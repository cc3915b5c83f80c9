"""Records what the product acknowledged, then looks for it and checks the invariants."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

Ask = Callable[[str], Sequence[tuple[Any, ...]]]

MUST_BE_ZERO = {
    "phones with two users": """SELECT count(*) FROM (
        SELECT phone FROM users_user GROUP BY phone HAVING count(*) > 1) AS twice""",
    "invitees with two activations": """SELECT count(*) FROM (
        SELECT invitee_id FROM referrals_activation GROUP BY invitee_id HAVING count(*) > 1
        ) AS twice""",
    "activations of one's own code": """SELECT count(*) FROM referrals_activation
        WHERE invitee_id = inviter_id""",
    "wrong counts of activations": """SELECT count(*) FROM referrals_invitecode AS one
        WHERE activations_count <> (
            SELECT count(*) FROM referrals_activation WHERE inviter_id = one.owner_id)""",
    "users without an invite code": """SELECT count(*) FROM users_user
        WHERE id NOT IN (SELECT owner_id FROM referrals_invitecode)""",
    "users without a session": """SELECT count(*) FROM users_user
        WHERE id NOT IN (SELECT user_id FROM users_session)""",
    "sessions that ended by themselves": """SELECT count(*) FROM users_session
        WHERE ended_at IS NOT NULL""",
}


@dataclass
class Ledger:
    """Acknowledged writes; only the latest of those that replace each other.

    Ids have no dashes, as SQLite stores them.
    """

    users: dict[str, str] = field(default_factory=dict)  # phone: user
    sessions: dict[str, int] = field(default_factory=dict)  # session: how often it was refreshed
    activations: dict[str, str] = field(default_factory=dict)  # user: invite code
    names: dict[str, int] = field(default_factory=dict)  # user: the number that is their name
    acknowledged: list[str] = field(default_factory=list)

    def user(self, phone: str, user: str) -> None:
        """Record an acknowledged login."""
        self.users[phone] = plain(user)
        self.acknowledged.append("login")

    def session(self, session: str, counter: int) -> None:
        """Record a session that was opened or refreshed."""
        self.sessions[plain(session)] = counter
        self.acknowledged.append("session")

    def activation(self, user: str, code: str) -> None:
        """Record an activation."""
        self.activations[plain(user)] = code
        self.acknowledged.append("activation")

    def name(self, user: str, number: int) -> None:
        """Record a changed name; numbers only go up."""
        self.names[plain(user)] = number
        self.acknowledged.append("name")

    def lost(self, ask: Ask) -> list[str]:
        """The acknowledged writes that are not in the database."""
        users = {phone: plain(user) for phone, user in ask("SELECT phone, id FROM users_user")}
        names = {plain(user): name for user, name in ask("SELECT id, first_name FROM users_user")}
        sessions = {plain(pk): n for pk, n in ask("SELECT id, counter FROM users_session")}
        rows = ask("SELECT invitee_id, code FROM referrals_activation")
        activations = {plain(user): code for user, code in rows}
        return [
            *(f"user {phone}" for phone, user in self.users.items() if users.get(phone) != user),
            *(f"session {pk}" for pk, n in self.sessions.items() if sessions.get(pk, -1) < n),
            *(
                f"activation of {user}"
                for user, code in self.activations.items()
                if activations.get(user) != code
            ),
            *(f"name of {user}" for user, n in self.names.items() if int(names.get(user) or 0) < n),
        ]


def broken(ask: Ask) -> list[str]:
    """The invariants that don't hold, and how often each is broken."""
    counts = {rule: int(ask(query)[0][0]) for rule, query in MUST_BE_ZERO.items()}
    return [f"{count} {rule}" for rule, count in counts.items() if count]


def plain(uid: object) -> str:
    """An id in the form used for comparing."""
    return str(uid).replace("-", "")
