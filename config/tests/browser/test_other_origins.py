"""A front end on another origin logs in over the API in a real browser."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from config.tests.factories import new_phone
from config.tests.product import database_url, running

CALL = """async ([address, method, body, access, credentials]) => {
    const headers = {"Content-Type": "application/json", "X-Request-ID": "shop-1"};
    if (access) headers.Authorization = `Bearer ${access}`;
    try {
        const answer = await fetch(address, {method, headers, credentials,
                                             body: body && JSON.stringify(body)});
        return {status: answer.status, body: await answer.json().catch(() => null),
                wait: answer.headers.get("Retry-After"), id: answer.headers.get("X-Request-ID")};
    } catch (error) {
        return {refused: error.name};
    }
}"""
REFUSED = {"refused": "TypeError"}


class EmptyPage(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    def log_message(self, *arguments):
        """Log nothing."""


@pytest.fixture(scope="module")
def port():
    """The port of a front end with two origins, by two names of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), EmptyPage) as frontend:
        threading.Thread(target=frontend.serve_forever).start()
        yield frontend.server_port
        frontend.shutdown()


@pytest.fixture(scope="module")
def api(port, django_db_setup, django_db_blocker):
    """The API's URL; it allows one of the two origins."""
    with django_db_blocker.unblock():
        settings = {"DATABASE_URL": database_url(), "WEB_CONCURRENCY": "1"}
    with running(CORS_ALLOWED_ORIGINS=f"http://localhost:{port}", **settings) as server:
        yield server.base


@pytest.fixture
def at(browser, api):
    """Opens a page of an origin; returns a function that calls the API from it."""
    context = browser.new_context()

    def visit(origin):
        page = context.new_page()
        page.goto(f"{origin}/")

        def call(method, path, body=None, access="", credentials="same-origin"):
            return page.evaluate(CALL, [f"{api}{path}", method, body, access, credentials])

        return call

    yield visit
    context.close()


def test_an_allowed_origin_goes_all_the_way(at, port):
    call, phone = at(f"http://localhost:{port}"), new_phone()
    sent = call("POST", "/api/v1/auth/code/", {"phone": phone})
    assert (sent["status"], sent["id"]) == (200, "shop-1")
    again = call("POST", "/api/v1/auth/code/", {"phone": phone})
    assert (again["status"], again["wait"]) == (429, str(again["body"]["meta"]["retry_after"]))
    body = {"phone": phone, "code": sent["body"]["code"], "ticket": sent["body"]["ticket"]}
    access = call("POST", "/api/v1/auth/token/", body)["body"]["access"]
    changed = call("PATCH", "/api/v1/profile/", {"first_name": "Anna"}, access)
    assert (changed["status"], changed["body"]["first_name"]) == (200, "Anna")
    assert call("DELETE", "/api/v1/auth/sessions/", None, access)["status"] == 204


def test_it_gets_no_cookies_and_no_pages(at, port):
    call = at(f"http://localhost:{port}")
    assert call("GET", "/api/v1/profile/")["status"] == 401
    assert call("GET", "/api/v1/profile/", credentials="include") == REFUSED
    for path in ("/", "/profile/", "/admin/login/", "/healthz"):
        assert call("GET", path) == REFUSED


def test_another_origin_is_refused(at, port):
    call = at(f"http://127.0.0.1:{port}")
    for method, path in (("GET", "/api/v1/profile/"), ("POST", "/api/v1/auth/code/")):
        assert call(method, path, {"phone": new_phone()} if method == "POST" else None) == REFUSED
