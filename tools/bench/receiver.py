"""A gateway of its own to send messages to: it takes as long as the simulated one.

gunicorn --config config/server/gunicorn.py tools.bench.receiver
"""

import random
import time
from collections.abc import Callable, Iterable
from typing import Any

from config import settings


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """What gunicorn serves."""
    if environ["REQUEST_METHOD"] == "POST":
        time.sleep(random.uniform(*settings.SMS_DELAY))
    start_response("200 OK", [("Content-Length", "0")])
    return [b""]
