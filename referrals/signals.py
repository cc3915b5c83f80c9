"""Signals for products built on this one, sent after the commit by `send_robust`."""

from django.dispatch import Signal

invite_code_activated = Signal()
"""Somebody activated an invite code; `activation` has both users."""
