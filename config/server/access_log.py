"""The access log: one line for each request."""

import logging
import logging.config
from datetime import timedelta
from typing import Any

from gunicorn import glogging

from config import settings
from config.server.redaction import hide
from users.clients import address_in


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
            "method": environ.get("REQUEST_METHOD", "-"),
            "path": hide(environ.get("PATH_INFO", "-").encode("latin-1").decode(errors="replace")),
            "status": int(str(resp.status).split(maxsplit=1)[0]),
            "bytes": resp.sent,
            "ms": round(took / timedelta(milliseconds=1), 1),
            "address": address_in(environ),
        }
        self.access_log.info(" ".join(map(str, fields.values())), extra=fields)
