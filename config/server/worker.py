"""gunicorn's gevent worker, which drops no accepted request and outlasts slow clients.

Malformed HTTP is answered in the API's error format.
"""

import logging
from contextlib import suppress
from functools import partial
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import orjson
from gevent import Timeout, sleep
from gevent.server import StreamServer
from gunicorn.http import errors
from gunicorn.workers.ggevent import GeventWorker

from config import settings
from config.server.writing import PatientSocket
from config.web import request_ids

BODY_TIME = 20.0  # seconds; twice what 64 KiB take over a slow line


class BodyTooSlow(errors.ParseException):  # type: ignore[misc]
    """The body did not arrive in time."""


REASONS = {
    BodyTooSlow: ("408 Request Timeout", "request_timeout"),
    errors.LimitRequestLine: ("414 URI Too Long", "uri_too_long"),
    errors.LimitRequestHeaders: ("431 Request Header Fields Too Large", "headers_too_large"),
    errors.ExpectationFailed: ("417 Expectation Failed", "expectation_failed"),
}
OUR_FAULT = (
    errors.ConfigurationProblem,
    errors.InvalidResponseHeader,
    errors.InvalidResponseHeaderName,
)
_logger = logging.getLogger("gunicorn.error")


class Listener(StreamServer):
    """Accepts connections, before it closes also the waiting ones, which would be reset."""

    max_accept = 1  # the next one may find another worker idle
    ending = False

    def close(self) -> None:
        """Accept no more."""
        if self.ending and self.started:
            with suppress(OSError):
                while connection := self.do_read():
                    self.do_handle(*connection)
        super().close()


class Worker(GeventWorker):  # type: ignore[misc]
    """gunicorn's, with another end, limits on slow clients and JSON for malformed requests."""

    patience = 30.0  # seconds a client may keep an answer waiting
    wsgi: Any
    listener: Listener | None = None

    def run(self) -> None:
        """Serve until told to end."""
        self.server_class = self._listen
        super().run()

    def _listen(self, socket: Any, *, spawn: Any, **others: Any) -> Listener:
        # A connection's first question is the listener's name, which a closed one does not know.
        name = socket.getsockname()
        named = SimpleNamespace(getsockname=lambda: name)
        self.listener = Listener(socket, handle=partial(self.handle, named), spawn=spawn)
        return self.listener

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve a connection for as long as its client takes the answers."""
        super().handle(listener, PatientSocket(client, self.patience), addr)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> Any:
        """Serve one request, then let those go on who waited for its database connection.

        A client that sends many requests without waiting would take the connection each time.
        """
        keep = super().handle_request(listener_name, req, sock, addr)
        sleep(0)
        return keep

    def load_wsgi(self) -> None:
        """Load the application, shielded from slow clients."""
        super().load_wsgi()
        self.wsgi = partial(_shielded, self.wsgi)

    def handle_exit(self, sig: Any, frame: Any) -> None:
        """End. A worker that ends by itself leaves waiting connections to its successor."""
        if self.listener:  # else it is still loading
            self.listener.ending = True
        super().handle_exit(sig, frame)

    def handle_quit(self, sig: Any, frame: Any) -> None:
        """End as on SIGTERM.

        Ctrl-C reaches the workers, too, and gunicorn's own way raises SystemExit in a greenlet,
        which often prints a traceback.
        """
        self.handle_exit(sig, frame)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer 4xx, and log nothing of the content: it may be a phone or a token."""
        request_id = request_ids.begin()
        if not isinstance(exc, errors.ParseException) or isinstance(exc, OUR_FAULT):
            super().handle_error(req, client, addr, exc)
            return
        status, code = REASONS.get(type(exc), ("400 Bad Request", "parse_error"))
        _logger.warning("request refused: %s from %s", type(exc).__name__, addr and addr[0])
        error = {"code": code, "detail": f"{status[4:]}.", "attr": None}
        body = orjson.dumps({"type": "client_error", "errors": [error]})
        head = (
            f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/json\r\n"
            f"{request_ids.HEADER}: {request_id}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            client.sendall(head.encode() + body)
        except OSError:
            _logger.debug("the client is gone")
        self.log.refusal(req, addr, status, len(body))


def _shielded(app: Any, environ: dict[str, Any], start_response: Any) -> Any:
    """Run `app` between reading and writing, so that no slow client holds its database connection.

    Reads no more of the body than shows that it is too large. Raises `BodyTooSlow`.
    """
    if length := int(environ.get("CONTENT_LENGTH") or 0):
        least = min(length, settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        with Timeout(BODY_TIME, BodyTooSlow):
            environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(least))
    answer = app(environ, start_response)
    if getattr(answer, "streaming", True):  # responses without this attribute are not Django's
        return answer
    parts = list(answer)
    answer.close()
    return parts
