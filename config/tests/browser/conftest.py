"""All browser tests share a browser and a server; each test has its own people and addresses."""

import itertools
import os

import pytest
from django.db import connection, connections
from django.http import HttpResponse
from playwright.sync_api import expect

from config.tests.browser.person import Person
from config.tests.browser.watch import Watch
from config.tests.product import database_url, running
from tools import chromium
from users.clients import Client
from users.pages.browser import remember
from users.sessions.lifecycle import open_session

_addresses = itertools.count(1)
expect.set_options(timeout=15_000)


@pytest.hookimpl(tryfirst=True)  # before pytest-django sorts by these marks
def pytest_collection_modifyitems(items):
    """Mark all tests in this folder: the server must see what they write."""
    for item in items:
        if "config/tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(autouse=True)
def one_database_is_enough(request):
    """Skip on SQLite; tests elsewhere cover the other database."""
    if connection.vendor == "sqlite" and not request.node.get_closest_marker("smoke"):
        pytest.skip("browser tests run on PostgreSQL; on SQLite only those marked smoke")


@pytest.fixture(scope="package")
def browser():
    if chromium.executable() is None:
        missing = f"no browser: none of {', '.join(chromium.NAMES)} is installed"
        (pytest.fail if os.environ.get("REQUIRE_E2E") == "1" else pytest.skip)(missing)
    with chromium.browser() as one:
        yield one
        connections.close_all()  # Django opened other connections under Playwright's event loop


@pytest.fixture(scope="package")
def server(django_db_setup, django_db_blocker):
    """The real server, which keeps running while each test empties the database."""
    with django_db_blocker.unblock():
        url = database_url()
    with running(SMS_DELAY="0.2", DATABASE_URL=url) as one:
        yield one


@pytest.fixture
def base(server) -> str:
    return f"http://127.0.0.1:{server.port}"


@pytest.fixture
def somebody(browser, base):
    """Opens a watched browser with its own cookies, address and language."""
    opened = []

    def make(known="", **options):
        address = f"198.51.{next(_addresses) // 250}.{next(_addresses) % 250 + 1}"
        context = browser.new_context(
            base_url=base,
            extra_http_headers={"X-Forwarded-For": address},
            locale=options.pop("locale", "en-GB"),
            **options,
        )
        context.set_default_timeout(30_000)
        opened.append((context, Watch(context, base, known)))
        return context.new_page()

    yield make
    problems = [problem for _, watch in opened for problem in watch.problems]
    for context, _ in opened:
        context.close()
    assert problems == []


@pytest.fixture
def page(somebody):
    """A tab of a new visitor."""
    return somebody()


@pytest.fixture
def anna(page) -> Person:
    """A new visitor, not logged in."""
    return Person(page)


@pytest.fixture
def boris(somebody) -> Person:
    """Another visitor, with their own browser."""
    return Person(somebody())


@pytest.fixture
def logged_in(somebody, base):
    """Opens a user's profile in a logged-in browser."""

    def make(user, **options):
        page, answer = somebody(**options), HttpResponse()
        remember(answer, open_session(user, Client.of({"REMOTE_ADDR": "127.0.0.1"})))
        cookies = [
            {"name": n, "value": one.value, "url": base} for n, one in answer.cookies.items()
        ]
        page.context.add_cookies(cookies)
        page.goto("/profile/")
        return page

    return make


@pytest.fixture
def quick_passwords():
    """Disabled here: the server checks passwords as in production."""
