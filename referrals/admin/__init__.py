"""Invitations for staff: on users' pages and in lists of their own."""

from referrals.admin import invitations, users  # noqa: F401
