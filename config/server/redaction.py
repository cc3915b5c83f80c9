"""Log lines without phones, invite codes and what people search for, and without floods."""

import logging
import re
from urllib.parse import quote


def hide(path: str) -> str:
    """The path as it is logged: without its query, an invite link's code and phone numbers."""
    path = re.sub(r"^/i/[^/?]+", "/i/*", path.partition("?")[0])
    path = re.sub(r"\+?[0-9]{10,}", "*", path)
    return quote(path, safe="/%!$&'()*+,:;=@")


class HidePaths(logging.Filter):
    """Hides parts of paths in every log line, and requests altogether."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.__dict__.pop("request", None)  # its text has the query, where staff type phones
        if isinstance(record.args, tuple):
            record.args = tuple(
                hide(one) if isinstance(one, str) and one.startswith("/") else one
                for one in record.args
            )
        return True


class RefusalsInOneLine(logging.Filter):
    """A request that Django refuses, such as one with a foreign Host, is no error of ours.

    Anyone can send thousands of them; each with a traceback would bury everything else.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security."):
            record.exc_info = record.exc_text = None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True
