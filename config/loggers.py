"""Where log lines go, in which format, and what they never contain."""

from typing import Any

FORMAT = "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s"


def settings(format_name: str) -> dict[str, Any]:
    """Django's `LOGGING`: one line for each event, on standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"format": FORMAT},
            "json": {"()": "pythonjsonlogger.orjson.OrjsonFormatter", "format": FORMAT},
        },
        "filters": {
            "request_id": {"()": "config.web.request_ids.Filter"},
            "hide_paths": {"()": "config.server.redaction.HidePaths"},
            "refusals_in_one_line": {"()": "config.server.redaction.RefusalsInOneLine"},
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": format_name,
                "filters": ["request_id", "hide_paths", "refusals_in_one_line"],
            }
        },
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            # With Django's own handlers everything would be logged twice.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # The access log has each answer; errors of status 500 come with a traceback.
            "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            # They log the URLs and bodies they send, which contain phones and codes.
            "apprise": {"handlers": [], "level": "CRITICAL", "propagate": False},
            "urllib3": {"handlers": [], "level": "CRITICAL", "propagate": False},
        },
    }
