"""A network between the server and its database that may lose everything without a word."""

import socket
import threading
from contextlib import suppress


class Proxy:
    """Hands on bytes between a TCP port of its own and a UNIX socket."""

    def __init__(self, target):
        self._target, self._links, self._lost = target, [], set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.silent = False
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._listener.close()
        for link in self._links:
            link.close()

    def lose(self):
        """Take everything that comes, and hand on nothing: what is open now stays lost for ever."""
        self.silent = True
        self._lost.update(self._links)

    def _accept(self):
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

    def _hand_on(self, source, target):
        with suppress(OSError):
            while data := source.recv(65536):
                if source not in self._lost:
                    target.sendall(data)
            if source not in self._lost:
                target.shutdown(socket.SHUT_WR)
