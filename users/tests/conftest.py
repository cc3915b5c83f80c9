"""Fixtures for tests of login and limits."""

from datetime import timedelta

import pytest
from django.utils import timezone

from users.clients import Client
from users.models import Session
from users.sessions.lifecycle import open_session


@pytest.fixture
def frozen(time_machine):
    """A clock that stands at noon until moved."""
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)


@pytest.fixture
def ticket(anyone, phone):
    """The ticket of a challenge that `anyone` has opened for `phone`."""
    return anyone.request_code(phone).json()["ticket"]


@pytest.fixture
def known():
    """Makes a user's pair with an address known, by a login in the past."""

    def make(user, address, ago=timedelta(days=2)):
        session = open_session(user, Client.at(address))
        then = timezone.now() - ago
        Session.objects.filter(pk=session.pk).update(created_at=then)
        return session

    return make
