"""The least of a WSGI server that keeps connections alive: processes with threads that accept.

    python -m tools.bench.floors.threads tools.bench.floors.fastest

Every thread serves one connection until it ends, so there are as many threads as clients. It
parses no more than well-formed requests of known length, and sends head and body as one piece.
"""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib import import_module
from io import BytesIO
from typing import Any

THREADS = 16  # of all processes together: one for each client of a measurement
PIECE = 65536  # bytes

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def serve(link: socket.socket, application: Application) -> None:
    """Answer the requests of one connection until it ends."""
    received = b""
    while True:
        while (end := received.find(b"\r\n\r\n")) < 0:
            if not (piece := link.recv(PIECE)):
                return
            received += piece
        environ = environ_of(received[:end].decode("latin-1"))
        due = end + 4 + int(environ.get("CONTENT_LENGTH", 0))
        while len(received) < due:
            received += link.recv(PIECE)
        environ["wsgi.input"] = BytesIO(received[end + 4 : due])
        received = received[due:]
        link.sendall(_answer(environ, application))


def environ_of(head: str) -> dict[str, Any]:
    """The part of a WSGI environ that the floor reads."""
    first, *lines = head.split("\r\n")
    method, path, _ = first.split(" ")
    environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path}
    for line in lines:
        name, _, value = line.partition(": ")
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    if "HTTP_CONTENT_LENGTH" in environ:
        environ["CONTENT_LENGTH"] = environ["HTTP_CONTENT_LENGTH"]
    return environ


def _answer(environ: dict[str, Any], application: Application) -> bytes:
    head = ["HTTP/1.1 "]

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        head[0] += status
        head.extend(f"\r\n{name}: {value}" for name, value in headers)

    body = b"".join(application(environ, start_response))
    return "".join((*head, "\r\n\r\n")).encode("latin-1") + body


def accept(listener: socket.socket, application: Application) -> None:
    """Serve one connection after the other."""
    while True:
        link, _ = listener.accept()
        with link, suppress(ConnectionError):  # a client may leave as it likes
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            serve(link, application)


def work(listener: socket.socket, application: Application, threads: int) -> None:
    """A process of so many threads; it ends by a signal."""
    for _ in range(threads):
        threading.Thread(target=accept, args=(listener, application)).start()


def main() -> None:
    """Serve on `PORT` by `WEB_CONCURRENCY` processes until told to stop."""
    application = import_module(sys.argv[1]).application
    processes, children = int(os.environ["WEB_CONCURRENCY"]), []
    listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])), backlog=THREADS)
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    for _ in range(processes):
        child = os.fork()
        if not child:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ends)
            work(listener, application, max(1, THREADS // processes))
            return
        children.append(child)
    signal.sigwait(ends)
    for child in children:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
