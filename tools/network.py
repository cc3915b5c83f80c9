"""A network between server and database that can silently lose everything."""

import socket
import threading
from contextlib import suppress


class Proxy:
    """Forwards bytes between its own TCP port and a UNIX socket."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._links: list[socket.socket] = []
        self._lost: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.silent = False
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *error: object) -> None:
        self._listener.close()
        for link in self._links:
            link.close()

    def lose(self) -> None:
        """Accept everything and forward nothing; connections open now are lost for good."""
        self.silent = True
        self._lost.update(self._links)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._target)
                self._links += [near, far]
                if self.silent:
                    self._lost |= {near, far}
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._hand_on, args=pair, daemon=True).start()

    def _hand_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if source not in self._lost:
                    target.sendall(data)
            if source not in self._lost:
                target.shutdown(socket.SHUT_WR)
