"""An entered code: charged to every limit it counts for, and compared."""

import re
import time
from dataclasses import dataclass

from users import security
from users.chains import Step, run_chain
from users.clients import Client
from users.errors import InvalidCode, TooManyAttempts
from users.limits import alarm, policy
from users.limits.policy import Pair
from users.login import gateways
from users.login.challenges import Door, Living
from users.login.outlook import find
from users.statements import Row


@dataclass(frozen=True)
class Attempt:
    """A right code, charged and not yet used; `left` are the attempts after it."""

    pair: Pair
    challenge: Living
    left: int

    def refund(self, count: int) -> None:
        """Give back what was charged through the door; at 8 digits that is nothing."""
        if self.challenge.digits == policy.LONG:
            return
        for limit, who in self.pair.guess_limits():
            limit.refund(who, count=count)
        if self.pair.alarming:
            alarm.GUESSES.give_back(count, since=self.challenge.opened_at)


def take_code(phone: str, code: str, client: Client, ticket: str = "") -> Attempt:
    """The attempt that was right. It is charged before anything of its outcome is told.

    Raises `InvalidCode`, `TooManyAttempts`.
    """
    code = re.sub(r"[ -]", "", code)
    challenge, alarm_ends = find(phone, Door.of(phone, client, ticket))
    if challenge is None or not re.fullmatch(rf"[0-9]{{{challenge.digits}}}", code):
        raise InvalidCode  # it can't be right, so it costs no attempt
    pair = Pair(phone, client, challenge.known, gateways.test_code(phone) is not None)
    right = challenge.matches(code)
    left = _charge(pair, challenge, alarm_ends, failed=not right)
    if not right:
        policy.WRONG_GUESSES.add()
        raise InvalidCode(attempts_left=left)
    return Attempt(pair, challenge, left)


def _charge(pair: Pair, challenge: Living, alarm_ends: float | None, *, failed: bool) -> int:
    """Charge one attempt; how many are left. Where none is, a new code can be had at once."""
    short, now = challenge.digits == policy.SHORT, time.time()
    counted = short and pair.alarming
    if not challenge.left or (counted and (alarm.is_on(alarm_ends) or not alarm.take_guess())):
        raise TooManyAttempts(1)
    door, done = challenge.attempt(), list[Row]()
    steps = pair.guess_steps(door, failed=failed) if short else [door]
    try:
        done = run_chain(*steps)
    finally:
        if counted and len(done) < len(steps):  # broken, or refused by the database
            alarm.GUESSES.give_back(since=now)
    if len(done) == len(steps):
        if failed:
            _log_escalation(pair, steps, done)
        return min(int(left) for (left,) in done)
    if steps[len(done)] is door and not challenge.rows().exists():
        raise InvalidCode
    raise TooManyAttempts(1)


def _log_escalation(pair: Pair, steps: list[Step], done: list[Row]) -> None:
    """Tell the security log of each limit that this failure has reached."""
    for step, (left,) in zip(steps, done, strict=True):
        if left == 0 and (kind := step.params.get("kind")):
            address = pair.client.address
            security.log("codes escalated", phone=pair.phone, kind=kind, address=address)
