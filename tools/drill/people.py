"""People who log in for the first time, activate a code, refresh and look at their profile."""

import base64
import json
import random
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tools.drill.client import Answer, Client, GaveUpError, Journal
from tools.drill.gateway import Inbox
from tools.drill.ledger import Ledger

RENEWALS = (
    4  # of the tokens per call: while a clock is changed, one worker may notice before another
)
PAUSE = 0.15  # seconds between a person's steps, on average


@dataclass
class World:
    """What all people of a load share."""

    ports: Sequence[int]
    inbox: Inbox
    journal: Journal = field(default_factory=Journal)
    ledger: Ledger = field(default_factory=Ledger)
    codes: "deque[str]" = field(default_factory=lambda: deque(maxlen=20))


class Person:
    """One person, with their own phone and address."""

    def __init__(self, world: World, number: int) -> None:
        self.world, self.phone = world, f"+7900{number:07}"
        address = f"127.{1 + (number >> 16)}.{number >> 8 & 255}.{1 + number % 254}"
        self.client = Client(world.ports, world.journal, address)
        self.id = self.access = self.refresh = ""
        self.changes = 0

    def live(self) -> None:
        """What a new user does in their first seconds."""
        self.log_in()
        mine = self.look()["invite_code"]
        codes = [code for code in self.world.codes if code != mine]
        if codes:
            self.activate(random.choice(codes))
        self.world.codes.append(mine)
        for _ in range(2):
            self.renew()
            self.look()

    def log_in(self) -> None:
        """Request a code until one arrives, enter it, and start over if it was already used."""
        ticket = ""
        while True:
            ticket = self._ask_for_code(ticket)
            code = self.world.inbox.code(self.phone)
            if code is None:  # a message that was charged but never sent
                raise GaveUpError
            body = {"phone": self.phone, "code": code} | ({"ticket": ticket} if ticket else {})
            # 400: the answer was lost, and the code is used.
            answer = self.client.insist(
                "login", "POST", "/api/v1/auth/token/", body, fine=(200, 400)
            )
            if answer.status == 200:
                break
            ticket = ""
        self._keep(answer.body)
        self.world.ledger.user(self.phone, self.id)

    def _ask_for_code(self, ticket: str) -> str:
        """Request a code; the ticket, if there is one."""
        body = {"phone": self.phone} | ({"ticket": ticket} if ticket else {})
        # 429: the answer was lost, and the code is on its way.
        answer = self.client.insist("code", "POST", "/api/v1/auth/code/", body, fine=(200, 429))
        self._pause()
        return str(answer.body.get("ticket") or ticket) if answer.status == 200 else ticket

    def ask_once_for_code(self) -> int:
        """Ask for a code without insisting; the status."""
        body = {"phone": self.phone}
        return self.client.ask("code", "POST", "/api/v1/auth/code/", body).status

    def look(self) -> Any:
        """The profile."""
        self._pause()
        return self._insist("profile", "GET", "/api/v1/profile/").body

    def activate(self, code: str) -> None:
        """Activate a code, repeating it if no answer comes."""
        self._pause()
        path, body = "/api/v1/profile/activate/", {"invite_code": code}
        self._insist("activation", "POST", path, body)
        self.world.ledger.activation(self.id, code)

    def renew(self) -> None:
        """Refresh the tokens, repeating the call with the same token if no answer comes."""
        self._pause()
        path, body = "/api/v1/auth/token/refresh/", {"refresh": self.refresh}
        answer = self.client.insist("refresh", "POST", path, body, fine=(200, 401))
        if answer.status == 200:
            self._keep(answer.body)
        else:
            self.world.journal.logged_out += 1
            self.log_in()

    def rename(self) -> None:
        """Take the next number as a name; tries only once."""
        self.changes += 1
        body = {"first_name": str(self.changes)}
        answer = self.client.ask("name", "PATCH", "/api/v1/profile/", body, self.access)
        if answer.status == 200:
            self.world.ledger.name(self.id, self.changes)
        elif answer.status == 401:
            self.renew()
        elif answer.status and answer.status != 503:
            self.world.journal.unexpected.append(f"name: {answer.status} {answer.code}")

    def _insist(self, kind: str, method: str, path: str, body: Any = None) -> Answer:
        """Repeat with the access token, and with fresh tokens if it is refused."""
        for _ in range(RENEWALS):
            answer = self.client.insist(kind, method, path, body, self.access, fine=(200, 401))
            if answer.status == 200:
                return answer
            self.renew()
        return self.client.insist(kind, method, path, body, self.access)

    def _keep(self, tokens: Any) -> None:
        self.access, self.refresh = tokens["access"], tokens["refresh"]
        claims = claims_of(self.refresh)
        self.id = claims["sub"]
        self.world.ledger.session(claims["sid"], claims["n"])

    def _pause(self) -> None:
        if time.monotonic() > self.world.journal.deadline:
            raise GaveUpError
        time.sleep(random.uniform(0, 2 * PAUSE))


def claims_of(token: str) -> dict[str, Any]:
    """A token's claims, unchecked."""
    middle = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=="))
    return claims
