"""A worker that takes a second after its fork before it handles signals."""

import time

from config.server import worker


class Worker(worker.Worker):
    def init_signals(self):
        time.sleep(1)
        super().init_signals()
