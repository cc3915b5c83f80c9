"""One browser and one server for all browser tests; people and addresses of their own for each."""

import itertools
import os

import pytest
from django.db import connection, connections
from django.http import HttpResponse

from config.tests.browser.person import Person
from config.tests.browser.watch import Watch
from config.tests.product import database_url, running
from tools import chromium
from users.clients import Client
from users.pages.browser import remember
from users.sessions.lifecycle import open_session

_addresses = itertools.count(1)


@pytest.hookimpl(tryfirst=True)  # before pytest-django sorts by these marks
def pytest_collection_modifyitems(items):
    """What all tests in this folder are; the server must see what they write."""
    for item in items:
        if "config/tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(autouse=True)
def one_database_is_enough(request):
    """All of them run on PostgreSQL; a smoke test elsewhere shows that it doesn't matter."""
    if connection.vendor == "sqlite" and not request.node.get_closest_marker("smoke"):
        pytest.skip("browser tests run on PostgreSQL; on SQLite only those marked smoke")


@pytest.fixture(scope="package")
def browser():
    if chromium.executable() is None:
        missing = f"no browser: none of {', '.join(chromium.NAMES)} is installed"
        (pytest.fail if os.environ.get("REQUIRE_E2E") == "1" else pytest.skip)(missing)
    with chromium.browser() as one:
        yield one
        connections.close_all()  # under Playwright's event loop Django has opened others


@pytest.fixture(scope="package")
def server(django_db_setup, django_db_blocker, static_files):
    """The real server. It stays while each test empties the database behind it."""
    with django_db_blocker.unblock():
        url = database_url()
    with running(SMS_DELAY="0.2", DATABASE_URL=url) as one:
        yield one


@pytest.fixture
def base(server) -> str:
    return f"http://127.0.0.1:{server.port}"


@pytest.fixture
def somebody(browser, base):
    """Open a browser of one's own: cookies, address, language; all are watched."""
    opened = []

    def make(known="", **options):
        address = f"198.51.{next(_addresses) // 250}.{next(_addresses) % 250 + 1}"
        context = browser.new_context(
            base_url=base,
            extra_http_headers={"X-Forwarded-For": address},
            locale=options.pop("locale", "en-GB"),
            **options,
        )
        context.set_default_timeout(10_000)
        opened.append((context, Watch(context, base, known)))
        return context.new_page()

    yield make
    problems = [problem for _, watch in opened for problem in watch.problems]
    for context, _ in opened:
        context.close()
    assert problems == []


@pytest.fixture
def page(somebody):
    """A tab of somebody new."""
    return somebody()


@pytest.fixture
def anna(page) -> Person:
    """Somebody new who has not logged in yet."""
    return Person(page)


@pytest.fixture
def boris(somebody) -> Person:
    """Somebody else, with a browser of their own."""
    return Person(somebody())


@pytest.fixture
def logged_in(somebody, base):
    """The profile of a user in a browser that is logged in already."""

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
    """Not here: the server checks passwords as in production."""
