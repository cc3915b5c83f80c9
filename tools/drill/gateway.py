"""An SMS gateway on this machine that delivers, fails, hangs, is slow or hangs up."""

import json
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Inbox:
    """The messages that reached people's phones."""

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}
        self._changed = threading.Condition()

    def put(self, phone: str, text: str) -> None:
        """Record a message."""
        with self._changed:
            self._codes[phone] = text.rpartition("#")[2]
            self._changed.notify_all()

    def code(self, phone: str, seconds: float = 1.0) -> str | None:
        """The code in the newest message; waits for one, and returns None if none comes."""
        with self._changed:
            self._changed.wait_for(lambda: phone in self._codes, seconds)
            return self._codes.get(phone)


class Gateway(ThreadingHTTPServer):
    """A webhook. `mode` is `good`, `failing`, `hung` or `closing`; `delay` in seconds."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, inbox: Inbox) -> None:
        self.inbox, self.mode, self.delay, self.taken = inbox, "good", 0.0, 0
        self.released = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        """Its address, for `SMS_URL`."""
        return f"json://127.0.0.1:{self.server_port}/sms"

    def server_close(self) -> None:
        """Release everyone who still waits for an answer."""
        self.released.set()
        self.shutdown()
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore senders that hung up."""


class _Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        gateway = self.server
        time.sleep(gateway.delay)
        if gateway.mode == "hung":
            gateway.released.wait(60)
        if gateway.mode in ("hung", "closing"):
            self.close_connection = True
            return
        if gateway.mode == "good":
            gateway.taken += 1
            gateway.inbox.put(body["phone"], body["message"])
        with suppress(OSError):
            self.send_response(200 if gateway.mode == "good" else 500)
            self.end_headers()

    def log_message(self, *args: object) -> None:
        """Log nothing."""
