"""What the simulations of attackers have in common."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from users.tests.attackers import START, Guesses


@pytest.fixture
def quietly() -> Iterator[None]:
    """Thousands of failed attempts are not worth keeping in a test's log."""
    logger = logging.getLogger("users.security")
    logger.disabled = True
    yield
    logger.disabled = False


@pytest.fixture
def clock(time_machine: Any) -> Any:
    """Stands still until it is moved."""
    time_machine.move_to(START, tick=False)
    return time_machine


@pytest.fixture
def guesses(monkeypatch: pytest.MonkeyPatch, clock: Any) -> Guesses:
    """The attackers' guesses, none of which is right."""
    return Guesses(monkeypatch)
