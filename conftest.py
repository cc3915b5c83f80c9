"""Fixtures named by what they are: people, clients, what was sent, and many at once."""

import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.signals import user_logged_in
from django.core.management import call_command
from django.db import connections
from rest_framework.test import APIClient, ForceAuthClientHandler

from users.clients import Client as Asker
from users.limits import alarm, meters, policy
from users.login import gateways
from users.models import User
from users.sessions.lifecycle import open_session
from users.sessions.tokens import pair
from users.tests.browsing import Browser

_numbers = itertools.count(1)


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
    for meter in (policy.MESSAGES, policy.LOGINS, policy.WRONG_GUESSES):
        meter.forget()
    for quota in (policy.BUDGET, policy.STRANGERS_BUDGET, alarm.GUESSES):
        quota.forget()
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


_handler = ForceAuthClientHandler(enforce_csrf_checks=False)


class Client(APIClient):
    """Speaks JSON to version 1, from the address it is given."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        super().__init__(REMOTE_ADDR=address, raise_request_exception=False)
        self.handler = _handler  # loading the middleware for each client would take its time

    def call(self, method: str, path: str, body: Any = None, **headers: Any) -> Any:
        """One call; `path` below the version's prefix."""
        path = path.removeprefix("http://testserver")
        return self.generic(
            method,
            path if path.startswith("/") else f"/api/v1/{path}",
            b"" if body is None else _json(body),
            content_type="application/json",
            **headers,
        )

    def request_code(self, phone: str) -> Any:
        return self.call("POST", "auth/code/", {"phone": phone})

    def confirm(self, phone: str, code: str) -> Any:
        return self.call("POST", "auth/token/", {"phone": phone, "code": code})

    def refresh(self, token: str) -> Any:
        return self.call("POST", "auth/token/refresh/", {"refresh": token})

    def profile(self) -> Any:
        return self.call("GET", "profile/")

    def activate(self, code: str) -> Any:
        return self.call("POST", "profile/activate/", {"invite_code": code})

    def use(self, access: str) -> "Client":
        self.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
        return self


def _json(body: Any) -> bytes:
    import json

    return json.dumps(body).encode()


def error(response: Any) -> str:
    """The code of the answer's one error, after checking the shape all errors have."""
    body = response.json()
    assert set(body) - {"meta"} == {"type", "errors"}, body
    assert all(set(one) == {"code", "detail", "attr"} for one in body["errors"]), body
    assert all(isinstance(number, int) for number in body.get("meta", {}).values())
    assert response.status_code != 429 or "Retry-After" in response.headers
    if "Retry-After" in response.headers:
        assert response.status_code in (429, 503)
        assert int(response.headers["Retry-After"]) == body["meta"]["retry_after"] >= 1
    return body["errors"][0]["code"]


@pytest.fixture
def anyone() -> Client:
    """Somebody who is not logged in."""
    return Client()


@pytest.fixture
def phone() -> str:
    """A phone nobody has used."""
    return new_phone()


def new_phone() -> str:
    return f"+7916{next(_numbers):07}"


@pytest.fixture
def join(db: None) -> Callable[..., User]:
    """Make a user as a first login does."""

    def make(**fields: Any) -> User:
        user = User.objects.create_user(fields.pop("phone", None) or new_phone(), **fields)
        user_logged_in.send(sender=User, request=None, user=user)
        return user

    return make


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """A client with a session of its own for a user."""

    def make(user: User) -> Client:
        session = open_session(user, Asker.at("127.0.0.1"))
        client = Client().use(pair(session)["access"])
        client.refresh_token = pair(session)["refresh"]  # type: ignore[attr-defined]
        return client

    return make


@pytest.fixture
def user(join: Callable[..., User]) -> User:
    return join()


@pytest.fixture
def friend(join: Callable[..., User]) -> User:
    return join()


@pytest.fixture
def stranger(join: Callable[..., User]) -> User:
    return join()


@pytest.fixture
def staff(join: Callable[..., User]) -> User:
    return join(is_staff=True, is_superuser=True, password="only-for-tests-1")


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
