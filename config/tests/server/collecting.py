"""The product, plus paths that count what the garbage collector knows, and what it finds."""

import gc
import json

from config.wsgi import application as product

COUNTS = {
    "/known": lambda: [len(gc.get_objects()), gc.get_freeze_count()],
    "/found": gc.collect,
}


def application(environ, start_response):
    count = COUNTS.get(environ["PATH_INFO"])
    if count is None:
        return product(environ, start_response)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(count()).encode()]
