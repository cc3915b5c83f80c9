"""The security log: who did what from where, without any phone, code or token in clear."""

import logging
from contextvars import ContextVar
from functools import partial
from uuid import UUID

from django.db import transaction

from users.phones import mask_phone
from users.signals import happened

Who = tuple[tuple[str, UUID], ...]
_who: ContextVar[Who] = ContextVar("who", default=())
_logger = logging.getLogger("users.security")


def identify(user: UUID, session: UUID | None = None) -> None:
    """Record the caller for all further log lines of this request."""
    _who.set((("user", user), ("session", session)) if session else (("user", user),))


def forget_who() -> None:
    """Reset the caller at the start of a request."""
    _who.set(())


def who() -> Who:
    """The caller as log fields; empty if not logged in."""
    return _who.get()


def log(event: str, *, phone: str = "", **facts: object) -> None:
    """Log an event with its facts, in the text and as fields for the JSON format."""
    fields = {"event": event, **facts}
    if phone:
        fields["phone"] = mask_phone(phone)
    text = " ".join(f"{name}={value}" for name, value in fields.items())
    _logger.info(text, extra=fields)
    happened(event, **facts)


def log_after_commit(event: str, *, phone: str = "", **facts: object) -> None:
    """Log an event once the transaction has committed: it may be rolled back or repeated."""
    transaction.on_commit(partial(log, event, phone=phone, **facts), robust=True)
