"""Users, their sessions and what they spent, for staff. One-time passwords are not to be seen."""

from users.admin import groups, limits, login, sessions, users  # noqa: F401
