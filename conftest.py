"""Fixtures for all tests, named by what they are: people, clients, sent messages, threads."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import translation

from config.tests import factories
from config.tests.api_client import Client
from referrals import funnel
from users.digests import one_time_password
from users.limits import meters
from users.login import gateways, notices
from users.models import User
from users.sessions.lifecycle import open_session
from users.sessions.tokens import pair
from users.tests.browsing import Browser

TRIED = {"0000", "1111", "1234", "00000000", "12345678"}  # codes, without knowing the right one
ONE_AFTER_THE_OTHER = ("config/tests/server/", "config/tests/browser/", "config/tests/deploy/")

hypothesis.settings.register_profile(
    "ours",
    deadline=None,  # another process may have the processor for a while
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("ours")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Collect static files, hashed and compressed as in production."""
    if not hasattr(session.config, "workerinput"):  # once, before there are several processes
        call_command("collectstatic", interactive=False, verbosity=0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run a folder's tests that start servers in one process, so that few run at once."""
    for item in items:
        for folder in ONE_AFTER_THE_OTHER:
            if folder in item.path.as_posix():
                item.add_marker(pytest.mark.xdist_group(folder))


@pytest.fixture(autouse=True)
def within_an_hour() -> None:
    """Quotas count by clock hours and charts by days: no test begins just before one ends."""
    if (left := 3600 - time.time() % 3600) < 30:
        time.sleep(left)


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A request leaves its language active in the thread; the next test must not inherit it."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Staff passwords are hashed slowly on purpose, which tests have no use for."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def fresh_meters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Estimates are kept by the process; a test's database begins empty, and nothing comes late."""
    for counter in (*meters.COUNTERS.values(), funnel.LINKS):
        counter.forget()
    monkeypatch.setattr(meters, "later", lambda *_: None)


@pytest.fixture(autouse=True)
def notices_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notices are sent before the call returns instead of in a thread."""
    monkeypatch.setattr(notices, "aside", lambda work: work())


@pytest.fixture(autouse=True)
def nothing_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """No call sweeps old rows away, as one in a hundred does, and no code is one that is tried."""

    def code_of(nonce: str, digits: int) -> str:
        code = one_time_password(nonce, digits)
        return "40719238"[:digits] if code in TRIED else code

    monkeypatch.setattr("users.managers.by_chance", lambda: False)
    monkeypatch.setattr("users.login.challenges.one_time_password", code_of)


@pytest.fixture
def sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each call that sweeps by chance does."""
    monkeypatch.setattr("users.managers.by_chance", lambda: True)


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Any) -> Callable[[], Any]:
    """Runs `on_commit` callbacks at the end of its block."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


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
    """Runs a function in many threads that start together; returns what each returned or raised."""

    def run(function: Callable[..., Any], arguments: Any) -> list[Any]:
        arguments = list(arguments)
        results: list[Any] = [None] * len(arguments)
        start = threading.Barrier(len(arguments))

        def one(index: int) -> None:
            try:
                start.wait()
                results[index] = function(arguments[index])
            except Exception as caught:  # the test looks at each outcome
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
