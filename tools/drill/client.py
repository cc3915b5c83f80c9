"""A well-behaved client: it waits as long as it is told to and repeats unanswered requests."""

import http.client
import itertools
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

PATIENCE = 45.0  # seconds a client waits for an answer, more than any may take
PAUSE = 0.5  # seconds before a request that got no answer is repeated


@dataclass(frozen=True)
class Request:
    """One request and its outcome; `status` is 0 if there was no answer. Times are monotonic."""

    kind: str
    began: float
    ended: float
    status: int
    code: str = ""

    @property
    def failed(self) -> bool:
        """Whether there was no answer, or a 5xx."""
        return self.status == 0 or self.status >= 500


@dataclass(frozen=True)
class Answer:
    """Status and decoded body of an answer; `wait` is its Retry-After in seconds."""

    status: int
    body: Any = None
    wait: float = PAUSE

    @property
    def code(self) -> str:
        """The error code, if the answer is an error."""
        errors = self.body.get("errors") if isinstance(self.body, dict) else None
        return str(errors[0]["code"]) if errors else ""


class GaveUpError(Exception):
    """The load ended before the request succeeded."""


class UnexpectedError(Exception):
    """An answer that a well-behaved client should never get."""


@dataclass
class Journal:
    """All requests of a load, and unexpected answers; requests are repeated until `deadline`.

    `logged_out` counts people who had to log in again although their session had not expired.
    """

    requests: list[Request] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    logged_out: int = 0
    deadline: float = float("inf")


class Client:
    """Calls the product from its own address, using the ports in turn."""

    def __init__(self, ports: Sequence[int], journal: Journal, address: str) -> None:
        self._ports, self._journal, self._address = itertools.cycle(ports), journal, address

    def ask(self, kind: str, method: str, path: str, body: Any = None, access: str = "") -> Answer:
        """Send one request."""
        began = time.monotonic()
        try:
            answer = self._ask(method, path, body, access)
        except (OSError, http.client.HTTPException, ValueError):
            answer = Answer(0)
        ended = time.monotonic()
        self._journal.requests.append(Request(kind, began, ended, answer.status, answer.code))
        return answer

    def insist(
        self,
        kind: str,
        method: str,
        path: str,
        body: Any = None,
        access: str = "",
        *,
        fine: tuple[int, ...] = (200,),
    ) -> Answer:
        """Send the request until it is answered.

        Raises `GaveUpError`, or `UnexpectedError` if the answer isn't `fine`.
        """
        while True:
            answer = self.ask(kind, method, path, body, access)
            if answer.status and answer.status != 503:
                break
            if time.monotonic() + answer.wait > self._journal.deadline:
                raise GaveUpError
            time.sleep(answer.wait)
        if answer.status not in fine:
            said = f"{kind}: {answer.status} {answer.code}"
            self._journal.unexpected.append(said)
            raise UnexpectedError(said)
        return answer

    def _ask(self, method: str, path: str, body: Any, access: str) -> Answer:
        headers = {"Content-Type": "application/json"}
        if access:
            headers["Authorization"] = f"Bearer {access}"
        link = http.client.HTTPConnection(
            "127.0.0.1", next(self._ports), timeout=PATIENCE, source_address=(self._address, 0)
        )
        try:
            link.request(method, path, None if body is None else json.dumps(body), headers)
            answer = link.getresponse()
            text = answer.read()
        finally:
            link.close()
        wait = answer.headers.get("Retry-After")
        decoded = json.loads(text) if text else None
        return Answer(answer.status, decoded, float(wait) if wait else PAUSE)
