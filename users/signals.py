"""Signals and events.

Signals are for products built on this one; they are sent after the commit, by `send_robust`. Events
are for counting, such as metrics: listeners must be quick, never fail and not use the database.
Without listeners an event costs nothing.
"""

from collections import defaultdict
from collections.abc import Callable

from django.dispatch import Signal

user_registered = Signal()
"""A phone never seen before logged in; `user` is the new user."""

_listeners: dict[str, list[Callable[..., None]]] = defaultdict(list)


def listen(event: str, listener: Callable[..., None]) -> None:
    """Call `listener` with the facts of each such event from now on."""
    _listeners[event].append(listener)


def happened(event: str, **facts: object) -> None:
    """Call the listeners of `event`."""
    for listener in _listeners.get(event, ()):
        listener(**facts)
