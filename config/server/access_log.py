"""The access log: one line for each request."""

import logging
import logging.config
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote_to_bytes

from gunicorn import glogging

from config import settings
from config.server.redaction import hide
from users.clients import address_in
from users.signals import happened


class Logger(glogging.Logger):  # type: ignore[misc]
    """gunicorn's logger, with the handlers and the format of the settings."""

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        logging.config.dictConfig(settings.LOGGING)
        for log in (self.error_log, self.access_log):
            log.propagate = True
            log.setLevel(self.LOG_LEVELS[cfg.loglevel])

    def access(self, resp: Any, req: Any, environ: dict[str, Any], took: timedelta) -> None:
        if not self.cfg.accesslog:
            return
        fields = {
            "method": getattr(req, "method", None) or "-",
            "path": hide(_path(req)),
            "status": int(str(resp.status).split(maxsplit=1)[0]),
            "bytes": resp.sent,
            "ms": round(took / timedelta(milliseconds=1), 1),
            "address": address_in(environ),
        }
        self.access_log.info(" ".join(map(str, fields.values())), extra=fields)

    def refusal(self, req: Any, addr: Any, status: str, sent: int) -> None:
        """The line of a request that never reached the application; `req` as far as it was read."""
        happened("request refused", status=status.partition(" ")[0])
        answer = SimpleNamespace(status=status, sent=sent)
        self.access(answer, req, {"REMOTE_ADDR": addr[0] if addr else ""}, timedelta())


def _path(req: Any) -> str:
    """As the client sent it; Django leaves something else in the environment."""
    path = getattr(req, "path", None) or "-"
    return unquote_to_bytes(path.encode("latin-1")).decode(errors="replace")
