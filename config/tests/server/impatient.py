"""A worker with less patience, small buffers and an endless answer."""

import socket

from config.postgresql import waiting
from config.server import worker

waiting.ANSWERING = 2.0


class Worker(worker.Worker):
    patience = 2.0

    def handle(self, listener, client, addr):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        super().handle(listener, client, addr)

    def load_wsgi(self):
        super().load_wsgi()
        self.product, self.wsgi = self.wsgi, self.answer

    def answer(self, environ, start_response):
        if environ["PATH_INFO"] != "/endless":
            return self.product(environ, start_response)
        start_response("200 OK", [("Content-Type", "text/csv")])
        return iter(lambda: bytes(100_000), None)
