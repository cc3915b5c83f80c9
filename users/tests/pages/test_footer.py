"""The footer links to help, and to docs and admin for those who need them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from users.tests.browsing import Browser

pytestmark = pytest.mark.django_db
DOCS, ADMIN = 'href="/api/docs/"', 'href="/admin/"'


@pytest.fixture
def staff_browser(staff):
    """A browser in which staff are logged in by phone."""
    browser = Browser()
    browser.log_in(staff.phone)
    return browser


def page_of(browser, path="/profile/"):
    return browser.get(path).content.decode()


@pytest.mark.parametrize("path", ["/", "/nowhere"])
def test_everybody_finds_help_and_privacy(path):
    page = page_of(Browser(), path)
    assert 'href="/help/"' in page
    assert 'href="/privacy/"' in page


def test_people_are_not_shown_what_is_for_developers_and_staff(my_browser):
    for page in (page_of(Browser(), "/"), page_of(my_browser)):
        assert DOCS not in page
        assert ADMIN not in page


def test_staff_find_the_admin_and_the_docs(staff_browser):
    page = page_of(staff_browser)
    assert DOCS in page
    assert ADMIN in page


def test_developers_find_the_docs(settings):
    settings.DEBUG = True
    page = page_of(Browser(), "/")
    assert DOCS in page
    assert ADMIN not in page


def test_whose_page_it_is_costs_no_statement_of_its_own(staff_browser, my_browser):
    costs = []
    for browser in (staff_browser, my_browser):
        with CaptureQueriesContext(connection) as statements:
            browser.get("/profile/")
        costs.append(len(statements))
    assert costs[0] == costs[1]
