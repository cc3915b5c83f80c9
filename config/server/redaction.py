"""Log lines without phones, invite codes and what people search for."""

import logging
import re
from urllib.parse import quote


def hide(path: str) -> str:
    """A path that can be told: without its query, an invite link's code and phone numbers."""
    path = re.sub(r"^/i/[^/?]+", "/i/*", path.partition("?")[0])
    path = re.sub(r"\+?[0-9]{10,}", "*", path)
    return quote(path, safe="/%!$&'()*+,:;=@")


class HidePaths(logging.Filter):
    """For every log line: paths are told by `hide`, requests not at all."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record and keep it."""
        record.__dict__.pop("request", None)  # its text has the query, where staff type phones
        if isinstance(record.args, tuple):
            record.args = tuple(
                hide(one) if isinstance(one, str) and one.startswith("/") else one
                for one in record.args
            )
        return True
