"""What products built on this one can listen to. Sent after the commit, by `send_robust`."""

from django.dispatch import Signal

user_registered = Signal()
"""A phone never seen before logged in; `user` is the new user."""
