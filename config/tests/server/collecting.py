"""The product, plus a path that counts the garbage collector's objects, tracked and frozen."""

import gc
import json

from config.wsgi import application as product


def application(environ, start_response):
    if environ["PATH_INFO"] != "/collected":
        return product(environ, start_response)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps([len(gc.get_objects()), gc.get_freeze_count()]).encode()]
