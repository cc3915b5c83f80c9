"""A worker whose requests may wait 4 s in total, plus 1 s for the pool."""

from config import settings
from config.server import worker
from users.waiting import deadline

deadline.REQUEST = 4.0
if "POOL_OPTIONS" in settings.DATABASES["default"]:
    settings.DATABASES["default"]["POOL_OPTIONS"]["TIMEOUT"] = 1


class Worker(worker.Worker):
    def load_wsgi(self):
        super().load_wsgi()
        from users.login import gateways  # it needs models

        gateways.AFTERWARDS, gateways.LEAST = 1.0, 0.2
