"""Users, their sessions and limits, for staff. One-time passwords are never shown."""

from users.admin import groups, limits, login, sessions, users  # noqa: F401
