"""The cost of a page: statements, bytes, requests, time."""

import re
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.tests.api_client import Client
from config.tests.factories import invitees
from users.tests.browsing import Browser

pytestmark = pytest.mark.django_db
KILOBYTE = 1024
MINE = [
    "/profile/",
    "/profile/invitees/",
    "/profile/invitees/?q=nobody",
    "/profile/settings/",
    "/profile/qr/",
    "/profile/delete/",
    "/help/",
    "/privacy/",
]


@pytest.fixture
def many_invitees(user):
    return invitees(user, 1000)


@pytest.mark.parametrize(
    ("path", "statements"),
    [
        ("/profile/", 3),
        ("/profile/invitees/", 3),
        ("/profile/invitees/?q=ann", 3),
        ("/profile/invitees/?q=%2B79161234567", 4),
        ("/profile/settings/", 2),
        ("/profile/qr/", 2),
        ("/profile/qr.png", 2),
        ("/profile/delete/", 1),
        ("/i/7K2M9X", 1),
    ],
)
def test_a_page_takes_the_same_statements_for_a_thousand_invitees(
    my_browser, many_invitees, as_user, user, django_assert_num_queries, path, statements
):
    for _ in range(5):
        as_user(user)
    with django_assert_num_queries(statements):
        assert my_browser.get(path).status_code in (200, 302)


@pytest.mark.parametrize(
    "path", ["/", "/code/", "/profile/", "/i/7K2M9X", "/help/", "/privacy/", "/nowhere"]
)
def test_a_page_for_a_visitor_takes_no_statement(django_assert_num_queries, path):
    with django_assert_num_queries(0):
        Browser().get(path)


def test_entering_the_code_takes_what_it_takes_over_the_api(user, friend, sent_code):
    over_the_api, browser = Client("192.0.2.1"), Browser()
    over_the_api.request_code(friend.phone)
    with CaptureQueriesContext(connection) as by_api:
        assert over_the_api.confirm(friend.phone, sent_code()).status_code == 200
    browser.submit("/", phone=user.phone)
    token = browser.get("/code/").context["csrf_token"]
    with CaptureQueriesContext(connection) as by_page:
        answer = browser.post("/code/", {"code": sent_code(), "csrfmiddlewaretoken": token})
    assert answer["Location"] == "/profile/"
    assert len(by_page) == len(by_api) > 0


@pytest.mark.parametrize("path", [*MINE, "/", "/i/7K2M9X"])
def test_a_page_is_small_and_quick(my_browser, many_invitees, path):
    times, browser = [], my_browser if path in MINE else Browser()
    for _ in range(5):
        began = time.process_time()  # of this process only, whatever else the machine is doing
        answer = browser.get(path)
        times.append(time.process_time() - began)
    assert min(times) < 0.15  # seconds; on most machines a tenth of it
    page = answer.content.decode()
    assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    sizes = [len(b"".join(my_browser.get(asset).streaming_content)) for asset in assets]
    assert len(assets) + 1 <= 5
    assert sum(sizes) + len(page.encode()) <= 50 * KILOBYTE
