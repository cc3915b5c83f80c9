"""Attempts: an entered code is charged to all limits that apply, then compared."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from django.db import Error

from users import security
from users.chains import Step, run_chain
from users.clients import Client
from users.errors import InvalidCode, TooManyAttempts
from users.limits import alarm, policy, victims
from users.limits.policy import Pair
from users.login import gateways
from users.login.challenges import Door, Living
from users.login.outlook import find
from users.login.pasted_codes import code_in
from users.signals import happened
from users.statements import Row
from users.transactions import atomic_repeated

T = TypeVar("T")


@dataclass(frozen=True)
class Attempt:
    """A correct code, charged but not yet used; `left` is the number of attempts after it."""

    pair: Pair
    challenge: Living
    left: int

    def refund(self, count: int) -> None:
        """Refund what was charged through the door; nothing for 8-digit codes."""
        if self.challenge.digits == policy.LONG:
            return
        limits = self.pair.guess_limits()
        run_chain(*(limit.refund_step(who, count=count) for limit, who in limits))
        if self.pair.alarming:
            alarm.GUESSES.give_back(count, since=self.challenge.opened_at)

    def use(self, purpose: Callable[["Attempt"], T]) -> T:
        """Use up the code for its purpose, or change neither; then refund the door.

        A failure that isn't the caller's fault leaves the code usable and costs no attempt. The
        purpose may run twice, the first time rolled back. Raises `InvalidCode`, and what the
        purpose raises.
        """
        try:
            done, charged = self._use(purpose)
        except InvalidCode:  # stays charged, like a wrong code
            raise
        except Exception:
            with suppress(Error):
                if (
                    self.challenge.refund_attempt()
                ):  # else the request that used the code refunds it
                    self.refund(1)
            raise
        with suppress(Error):
            self.refund(charged)
        return done

    @atomic_repeated
    def _use(self, purpose: Callable[["Attempt"], T]) -> tuple[T, int]:
        """The purpose's result, and how many attempts were charged through the door."""
        charged = self.challenge.use()
        if charged is None:  # a parallel request came first
            raise InvalidCode
        return purpose(self), charged


def use_code(
    phone: str, code: str, client: Client, ticket: str, purpose: Callable[[Attempt], T]
) -> T:
    """Use an entered code for `purpose`, which runs in the transaction that uses the code up.

    Raises `InvalidCode`, `TooManyAttempts`, and what `purpose` raises.
    """
    try:
        result = take_code(phone, code, client, ticket).use(purpose)
    except (InvalidCode, TooManyAttempts):
        security.log("guess failed", phone=phone, address=client.address)
        raise
    happened("code used", phone=phone)
    return result


def take_code(phone: str, code: str, client: Client, ticket: str = "") -> Attempt:
    """A correct attempt; it is charged before its outcome is revealed.

    Raises `InvalidCode`, `TooManyAttempts`.
    """
    challenge, alarm_ends = find(phone, Door.of(phone, client, ticket))
    entered = code_in(code, challenge.digits) if challenge else None
    if challenge is None or entered is None:
        raise InvalidCode  # it can't be right, so it is free
    pair = Pair(phone, client, challenge.known, gateways.test_code(phone) is not None)
    right = challenge.matches(entered)
    left = _charge(pair, challenge, alarm_ends, failed=not right)
    if not right:
        happened("wrong guess")
        raise InvalidCode(attempts_left=left)
    return Attempt(pair, challenge, left)


def _charge(pair: Pair, challenge: Living, alarm_ends: float | None, *, failed: bool) -> int:
    """Charge one attempt; how many are left. With none left, a new code can be requested."""
    short, now = challenge.digits == policy.SHORT, time.time()
    counted = short and pair.alarming
    if not challenge.left or (counted and (alarm.is_on(alarm_ends) or not alarm.take_guess())):
        raise TooManyAttempts(1)
    door, done = challenge.attempt(), list[Row]()
    steps = pair.guess_steps(door, failed=failed) if short else [door]
    try:
        done = run_chain(*steps)
    finally:
        if counted and len(done) < len(steps):  # the chain broke, or the database refused it
            alarm.GUESSES.give_back(since=now)
    if len(done) == len(steps):
        if failed:
            _log_escalation(pair, steps, done)
        return min(int(left) for (left,) in done)
    if steps[len(done)] is door and not challenge.rows().exists():
        raise InvalidCode
    raise TooManyAttempts(1)


def _log_escalation(pair: Pair, steps: list[Step], done: list[Row]) -> None:
    """Log each limit that this failure has reached, and record the victim for staff."""
    for step, (left,) in zip(steps, done, strict=True):
        if left == 0 and (kind := step.params.get("kind")):
            address = pair.client.address
            security.log("codes escalated", phone=pair.phone, kind=kind, address=address)
            victims.note(str(kind), str(step.params["key"]), pair.phone)
