"""A development server, and the page open in a browser."""

import pytest

from config.tests.browser.playground.phone import Phone
from config.tests.product import database_url, running


@pytest.fixture(scope="package")
def server(django_db_setup, django_db_blocker):
    """The server as `make run` starts it."""
    with django_db_blocker.unblock():
        url = database_url()
    with running(DEBUG="true", SMS_DELAY="0.1", DATABASE_URL=url, WEB_CONCURRENCY="1") as one:
        yield one


@pytest.fixture
def page(page):
    page.goto("/start/")
    return page


@pytest.fixture
def anna(page):
    return Phone(page, "Anna")


@pytest.fixture
def boris(page):
    return Phone(page, "Boris")
