"""Invitations for staff: on the user's page and in lists of their own."""

from referrals.admin import invitations, users  # noqa: F401
