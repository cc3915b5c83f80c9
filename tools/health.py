"""Polls healthz from a separate process that nothing else can delay.

`python -m tools.health PORT` polls until its input ends, then prints the longest answer in seconds.
"""

import http.client
import subprocess
import sys
import threading
import time

from tools.server import ROOT

PAUSE = 0.05  # seconds between polls
PATIENCE = 10.0  # seconds for an answer


class Health:
    """Polls a server until stopped."""

    def __init__(self, port: int) -> None:
        command = [sys.executable, "-m", "tools.health", str(port)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)

    def stop(self) -> float:
        """Stop polling; returns the longest answer in seconds."""
        said, _ = self._process.communicate()
        return float(said)


def longest_answer(port: int, over: threading.Event) -> float:
    """Poll; the longest answer in seconds, ignoring a server that is down or starting."""
    longest, is_up = 0.0, True
    while not over.wait(PAUSE):
        began = time.monotonic()
        listens, healthy = _ask(port)
        if is_up and listens:
            longest = max(longest, time.monotonic() - began)
        is_up = healthy or (is_up and listens)
    return longest


def _ask(port: int) -> tuple[bool, bool]:
    """Whether anything is listening, and whether the server answered."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        link.request("GET", "/healthz")
        return True, link.getresponse().status == 200
    except TimeoutError:
        return True, False
    except (OSError, http.client.HTTPException):
        return False, False
    finally:
        link.close()


def _main(port: int) -> None:
    over = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        over.set()

    threading.Thread(target=wait, daemon=True).start()
    print(longest_answer(port, over))


if __name__ == "__main__":
    _main(int(sys.argv[1]))
