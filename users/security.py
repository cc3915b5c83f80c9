"""The security log: who did what from where, never with a phone, code or token in clear."""

import logging

from users.phones import mask_phone

_logger = logging.getLogger("users.security")


def log(event: str, *, phone: str = "", **facts: object) -> None:
    """Record one event, its facts in the text and, for the JSON format, as fields of their own."""
    fields = {"event": event, **facts}
    if phone:
        fields["phone"] = mask_phone(phone)
    text = " ".join(f"{name}={value}" for name, value in fields.items())
    _logger.info(text, extra=fields)
