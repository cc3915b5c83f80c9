"""Fixtures for simulated attacks."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from users.tests.attackers import START, Guesses


@pytest.fixture
def quietly() -> Iterator[None]:
    """Silence the log of thousands of failed attempts."""
    logger = logging.getLogger("users.security")
    logger.disabled = True
    yield
    logger.disabled = False


@pytest.fixture
def clock(time_machine: Any) -> Any:
    """A clock that stands still until moved."""
    time_machine.move_to(START, tick=False)
    return time_machine


@pytest.fixture
def guesses(monkeypatch: pytest.MonkeyPatch, clock: Any) -> Guesses:
    """The attackers' guesses; none is right."""
    return Guesses(monkeypatch)
