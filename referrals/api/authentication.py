"""Access token → user and profile, by one query."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.drainage import set_override

from referrals import profiles
from users.api.authentication import SessionTokenAuthentication
from users.models import User


class ProfileAuthentication(SessionTokenAuthentication):
    """Reads the user's referral data together with the access check, as `user.referral`.

    A second query would take a fifth more of the server's time (docs/performance.md).
    """

    statement = profiles.ACCESS

    def keep(self, user: User, columns: Sequence[Any]) -> None:
        (text,) = columns
        user.referral = profiles.parse(text) if text else None


# In the schema both classes are one scheme, `bearer`, as they are for clients.
set_override(ProfileAuthentication, "suppress_collision_warning", True)  # noqa: FBT003
