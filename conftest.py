"""Fixtures named by what they are: people, clients, what was sent, and many at once."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from config.tests import factories
from config.tests.api_client import Client
from users.limits import meters
from users.login import gateways
from users.models import User
from users.sessions.lifecycle import open_session
from users.sessions.tokens import pair
from users.tests.browsing import Browser


@pytest.fixture(autouse=True, scope="session")
def static_files() -> None:
    """What the admin and the docs are made of, hashed and compressed as in production."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Staff passwords are hashed slowly on purpose; the tests are not about that."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def fresh_meters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Estimates are kept by the process; a test's database begins empty, and nothing comes late."""
    for counter in meters.COUNTERS.values():
        counter.forget()
    monkeypatch.setattr(meters, "later", lambda *_: None)


@pytest.fixture
def no_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """One request in a hundred sweeps old rows away; where statements are counted, none does."""
    monkeypatch.setattr("users.managers.ExpiringQuerySet.sweep", lambda _rows, **_past: 0)


@pytest.fixture(autouse=True)
def sms_outbox() -> list[gateways.Message]:
    """The messages sent in this test."""
    gateways.outbox.clear()
    return gateways.outbox


@pytest.fixture
def sent_code(sms_outbox: list[gateways.Message]) -> Callable[[], str]:
    """The code in the newest message."""
    return lambda: sms_outbox[-1].text.rsplit("#", 1)[1]


@pytest.fixture
def anyone() -> Client:
    """Somebody who is not logged in."""
    return Client()


@pytest.fixture
def phone() -> str:
    """A phone nobody has used."""
    return factories.new_phone()


@pytest.fixture
def join(db: None) -> Callable[..., User]:
    """Make a user as a first login does."""
    return factories.join


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """A client with a session of its own for a user."""

    def make(user: User) -> Client:
        session = open_session(user, factories.HERE)
        client = Client().use(pair(session)["access"])
        client.refresh_token = pair(session)["refresh"]  # type: ignore[attr-defined]
        return client

    return make


@pytest.fixture
def user(db: None) -> User:
    return factories.join()


@pytest.fixture
def friend(db: None) -> User:
    return factories.join()


@pytest.fixture
def stranger(db: None) -> User:
    return factories.join()


@pytest.fixture
def staff(db: None) -> User:
    return factories.join(is_staff=True, is_superuser=True, password="only-for-tests-1")


@pytest.fixture
def me(user: User, as_user: Callable[[User], Client]) -> Client:
    """`user`, logged in."""
    return as_user(user)


@pytest.fixture
def my_browser(user: User) -> Browser:
    """A browser in which `user` is logged in."""
    browser = Browser()
    browser.log_in(user.phone)
    return browser


@pytest.fixture
def at_once(transactional_db: None) -> Iterator[Callable[..., list[Any]]]:
    """Run one function in many threads that start together; what each returned or raised."""

    def run(function: Callable[..., Any], arguments: Any) -> list[Any]:
        arguments = list(arguments)
        results: list[Any] = [None] * len(arguments)
        start = threading.Barrier(len(arguments))

        def one(index: int) -> None:
            try:
                start.wait()
                results[index] = function(arguments[index])
            except Exception as caught:  # the test looks at what came of each
                results[index] = caught
            finally:
                connections.close_all()

        threads = [threading.Thread(target=one, args=(i,)) for i in range(len(arguments))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    return run
