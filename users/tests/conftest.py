"""What the tests of login and limits share."""

from datetime import timedelta

import pytest
from django.utils import timezone

from users.clients import Client
from users.models import Session
from users.sessions.lifecycle import open_session


@pytest.fixture
def known():
    """Make a pair of user and address known: a login so long ago."""

    def make(user, address, ago=timedelta(days=2)):
        session = open_session(user, Client.at(address))
        then = timezone.now() - ago
        Session.objects.filter(pk=session.pk).update(created_at=then)
        return session

    return make
