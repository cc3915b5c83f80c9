"""Local SMS gateways: a webhook that can be slow, and a listener that never answers."""

import http.server
import json
import socket
import threading
from contextlib import contextmanager


class Receiver(http.server.ThreadingHTTPServer):
    """A webhook that keeps its messages and answers as configured.

    It waits for `delay` (seconds) before each answer, or until it is `enough`.
    """

    daemon_threads, request_queue_size = True, 200

    def __init__(self, delay):
        self.got, self.status, self.delay = [], 200, delay
        self.busy = self.busiest = 0  # messages at once
        self.lock, self.enough = threading.Lock(), threading.Event()
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self):
        return f"json://127.0.0.1:{self.server_port}/sms"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.enter(1)
        self.server.enough.wait(self.server.delay)
        self.enter(-1)
        self.server.got.append(json.loads(body))
        self.send_response(self.server.status)
        self.end_headers()

    def enter(self, count):
        with self.server.lock:
            self.server.busy += count
            self.server.busiest = max(self.server.busiest, self.server.busy)

    def log_message(self, *args): ...


@contextmanager
def receiving(delay=0.0):
    """A webhook until the block ends."""
    server = Receiver(delay)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.enough.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def silence():
    """The port of a listener that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=200) as listener:
        yield listener.getsockname()[1]
