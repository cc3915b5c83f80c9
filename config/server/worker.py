"""gunicorn's gevent worker, which drops no accepted request and outlasts slow clients.

Malformed HTTP is answered in the API's error format.
"""

import logging
import signal
from contextlib import suppress
from functools import partial
from types import SimpleNamespace
from typing import Any

from gevent import sleep
from gevent.server import StreamServer
from gunicorn.http import errors
from gunicorn.workers.ggevent import GeventWorker

from config.server import bodies, refusals
from config.server.writing import PatientSocket, part
from config.web import request_ids

ENDS = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT}
REASONS = {
    bodies.BodyTooSlow: refusals.TOO_SLOW,
    errors.LimitRequestLine: refusals.ADDRESS_TOO_LONG,
    errors.LimitRequestHeaders: refusals.HEADERS_TOO_LARGE,
    errors.ExpectationFailed: refusals.UNEXPECTED,
}
OUR_FAULT = (
    errors.ConfigurationProblem,
    errors.InvalidResponseHeader,
    errors.InvalidResponseHeaderName,
)
block_ends = partial(signal.pthread_sigmask, signal.SIG_BLOCK, ENDS)
unblock_ends = partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, ENDS)
"""Block the signals to end, and deliver them.

A process that has just been forked still has its master's handlers, and would lose them; the master
would then wait for it until `graceful_timeout`.
"""
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
        """Serve until told to stop."""
        self.server_class = self._listen
        super().run()

    def _listen(self, socket: Any, *, spawn: Any, **others: Any) -> Listener:
        # A connection's first question is the listener's name, which a closed one does not know.
        name = socket.getsockname()
        named = SimpleNamespace(getsockname=lambda: name)
        self.listener = Listener(socket, handle=partial(self.handle, named), spawn=spawn)
        self.listener.ending = not self.alive  # told to end before it could listen
        return self.listener

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve a connection for as long as its client takes the answers."""
        super().handle(listener, PatientSocket(client, self.patience), addr)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> Any:
        """Serve one request, then let those go on who waited for its database connection.

        A client that sends many requests without waiting would take the connection each time.
        """
        try:
            keep = super().handle_request(listener_name, req, sock, addr)
        except StopIteration:  # so gunicorn ends a connection
            if bodies.unread(req.body):
                part(sock)
            raise
        sleep(0)
        return keep

    def init_signals(self) -> None:
        """Handle signals, including those that were blocked since the fork."""
        super().init_signals()
        unblock_ends()

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
        request_ids.begin()
        if not isinstance(exc, errors.ParseException) or isinstance(exc, OUR_FAULT):
            super().handle_error(req, client, addr, exc)
            return
        req = req or getattr(exc, "req", None)
        reason = REASONS.get(type(exc), refusals.MALFORMED)
        headers, body = refusals.answer(reason, _headers(req))
        headers += [("Content-Length", str(len(body))), ("Connection", "close")]
        lines = [f"HTTP/1.1 {reason.status}", *map(": ".join, headers), "", ""]
        _logger.warning("request refused: %s from %s", type(exc).__name__, addr and addr[0])
        try:
            client.sendall("\r\n".join(lines).encode() + body)
        except OSError:
            _logger.debug("the client is gone")
        self.log.refusal(req, addr, reason.status, len(body))
        part(client)


def _headers(req: Any) -> dict[str, str]:
    """A request's headers, as far as they were read, named as in WSGI."""
    read = getattr(req, "headers", ())
    return {f"HTTP_{name.replace('-', '_')}": value for name, value in read}


def _shielded(app: Any, environ: dict[str, Any], start_response: Any) -> Any:
    """Run `app` between reading and writing, so that no slow client holds its database connection.

    Raises what gunicorn raises for malformed requests.
    """
    if "HTTP_HOST" not in environ and environ["SERVER_PROTOCOL"] != "HTTP/1.0":
        raise errors.InvalidHeader("HOST")
    bodies.read(environ)
    answer = app(environ, start_response)
    if getattr(answer, "streaming", True):  # responses without this attribute are not Django's
        return answer
    parts = list(answer)
    answer.close()
    return parts
