"""Answers are written to clients who take them; the others are cut off."""

import errno
import logging
import socket
import struct
import time
from contextlib import suppress
from typing import Any

from gevent import Timeout

BLOCK = 16 * 1024  # bytes written at once, so that a large answer's progress is seen
SLOWEST = 2 * 1024  # bytes a second
LEAVE = 2.0  # seconds to end a request that is answered before its end
_RESET = struct.pack("ii", 1, 0)  # close at once and forget what was not taken
_logger = logging.getLogger("gunicorn.error")


class PatientSocket:
    """A client's socket that waits for the client, but not for ever.

    A connection has `patience` seconds to wait in. Waiting uses them up, and what the client takes
    gives them back, a second for each `SLOWEST` bytes. So a client is cut off after `patience`
    seconds without progress, and one that takes a little now and then soon after that.
    """

    def __init__(self, client: Any, patience: float) -> None:
        self._client, self._patience, self._left = client, patience, patience

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def sendall(self, data: bytes) -> None:
        """Write all of it. Raises `BrokenPipeError`, which gunicorn takes for a client gone."""
        view = memoryview(data)
        for start in range(0, len(view), BLOCK):
            self._send(view[start : start + BLOCK])

    def _send(self, block: memoryview) -> None:
        began = time.monotonic()
        self._client.settimeout(max(self._left, 0.001))  # 0 would mean something else
        try:
            self._client.sendall(block)
            self._left += len(block) / SLOWEST
        except TimeoutError:
            _logger.warning("client cut off: it does not take its answer")
            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            raise BrokenPipeError(errno.EPIPE, "the client does not take its answer") from None
        finally:
            self._left = min(self._left - (time.monotonic() - began), self._patience)
            self._client.settimeout(None)  # reading has limits of its own


def part(client: Any) -> None:
    """End the connection after an answer, when the client has had time to end its request.

    Closed with something unread, the connection would be reset, and the answer often lost.
    """
    with suppress(OSError, Timeout), Timeout(LEAVE):
        client.shutdown(socket.SHUT_WR)
        while client.recv(BLOCK):
            pass
