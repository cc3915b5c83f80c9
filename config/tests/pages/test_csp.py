"""Browsers may load and run only our own files, nothing inline."""

import re

import pytest
from django.template.loader import get_template
from django.test import Client

from users.tests.browsing import Browser

pytestmark = pytest.mark.django_db
STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
INLINE = re.compile(r"<style|<script(?![^>]* src=)|\sstyle=|\son\w+=|javascript:")


def policy(answer):
    rules = answer["Content-Security-Policy"].split("; ")
    return dict(rule.split(" ", 1) for rule in rules)


@pytest.mark.parametrize(
    "path",
    [
        "/profile/",
        "/profile/invitees/",
        "/profile/settings/",
        "/profile/qr/",
        "/profile/qr.svg",
        "/profile/delete/",
        "/nowhere",
        "/i/x",
        "/help/",
    ],
)
def test_pages_load_nothing_from_elsewhere_and_run_nothing_inline(my_browser, path):
    answer = my_browser.get(path)
    assert policy(answer) == STRICT
    assert INLINE.findall(answer.content.decode()) == []
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


def test_the_pages_of_visitors_are_as_strict(phone):
    browser = Browser()
    answers = [browser.get("/"), browser.submit("/", phone="12"), browser.submit("/", phone=phone)]
    answers += [browser.get(path) for path in ("/i/7K2M9X", "/help/", "/privacy/")]
    answers += [browser.get("/code/"), browser.submit("/code/", code="x"), browser.post("/", {})]
    for answer in answers:
        assert policy(answer) == STRICT
        assert INLINE.findall(answer.content.decode()) == []


@pytest.mark.parametrize("name", [400, 403, "403_csrf", 404, 429, 500, 503])
def test_error_pages_need_nothing_but_themselves(name):
    page = get_template(f"{name}.html").render()
    assert INLINE.findall(page) == []
    assert 'href="/"' in page
    assert "<h1>" in page


def test_an_unforeseen_error_is_a_page(my_browser, monkeypatch):
    my_browser.raise_request_exception = False
    monkeypatch.setattr("users.pages.browser.session_of", lambda request: 1 // 0)
    answer = my_browser.get("/profile/")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.content.decode()
    assert policy(answer) == STRICT


def test_a_foreign_host_gets_a_page(settings):
    answer = Client(headers={"Host": "evil.example"}).get("/")
    assert answer.status_code == 400
    assert "Bad request" in answer.content.decode()


@pytest.mark.parametrize("path", ["/api/docs/", "/api/redoc/"])
def test_the_docs_are_relaxed_only_where_they_must_be(client, path):
    answer = client.get(path)
    found = policy(answer)
    assert found.pop("worker-src", None) == ("blob:" if "redoc" in path else None)
    assert found == {
        **STRICT,
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
    }
    assert "<script>" not in answer.content.decode()


def test_the_api_pays_nothing_for_pages(me):
    assert "Content-Security-Policy" not in me.profile()
