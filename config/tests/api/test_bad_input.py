"""Bad input to any call gets a 4xx in the usual error shape, never a 500."""

import base64
import json

import django.test
import pytest

from config.tests.api_client import Client, error

pytestmark = pytest.mark.django_db

PUBLIC = [
    ("POST", "auth/code/", {"phone": "+79161234567"}),
    ("POST", "auth/token/", {"phone": "+79161234567", "code": "1234"}),
    ("POST", "auth/token/refresh/", {"refresh": "x"}),
    ("POST", "auth/token/verify/", {"token": "x"}),
]
PRIVATE = [
    ("PATCH", "profile/", {"first_name": "A", "last_name": "B", "email": "a@example.org"}),
    ("POST", "profile/activate/", {"invite_code": "7K2M9X"}),
]
WITH_BODY = PUBLIC + PRIVATE
ALL = [
    *WITH_BODY,
    ("POST", "auth/logout/", None),
    ("GET", "auth/sessions/", None),
    ("DELETE", "auth/sessions/00000000-0000-4000-8000-000000000000/", None),
    ("GET", "profile/", None),
    ("GET", "profile/invitees/", None),
    ("GET", "profiles/", None),
    ("GET", "profiles/00000000-0000-7000-8000-000000000000/", None),
]
ODD = [
    1,
    1.5,
    -1,
    10**400,
    True,
    None,
    [],
    {},
    [[]],
    {"a": 1},
    "\0",
    "a\0b",
    "\ud800",
    "x" * 60_000,
]


def send(client, method, path, raw, content_type="application/json"):
    return client.generic(method, f"/api/v1/{path}", raw, content_type=content_type)


@pytest.fixture
def client(me):
    return me


@pytest.mark.parametrize(("method", "path", "body"), WITH_BODY)
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"nonsense",
        b"\xff\xfe",
        b'{"phone": "\\ud800"}',
        b'{"phone": NaN}',
        b"[" * 5000,
    ],
)
def test_a_body_that_is_no_json_is_refused(client, method, path, body, raw):
    answer = send(client, method, path, raw)
    if method == "PATCH" and raw == b"":
        assert answer.status_code == 200  # nothing to change
    else:
        assert answer.status_code == 400
        error(answer)


@pytest.mark.parametrize(("method", "path", "body"), WITH_BODY)
@pytest.mark.parametrize("raw", [b"null", b"[]", b'"x"', b"5", b"[{}]"])
def test_json_that_is_no_object_is_no_matter_of_any_field(client, method, path, body, raw):
    answer = send(client, method, path, raw)
    (one,) = answer.json()["errors"]
    assert (answer.status_code, one["code"], one["attr"]) == (400, "invalid", None)


@pytest.mark.parametrize(("method", "path", "body"), WITH_BODY)
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:12])
def test_an_odd_value_in_any_field_is_refused(client, method, path, body, odd):
    for field in body:
        try:
            raw = json.dumps({**body, field: odd}).encode()
        except UnicodeEncodeError:
            continue
        answer = send(client, method, path, raw)
        assert 400 <= answer.status_code < 500
        error(answer)


@pytest.mark.parametrize(("method", "path", "body"), WITH_BODY)
def test_a_missing_field_is_named(client, method, path, body):
    if method == "PATCH":
        pytest.skip("every field is optional")
    for field in body:
        partial = {name: value for name, value in body.items() if name != field}
        answer = client.call(method, path, partial)
        assert answer.status_code == 400
        assert {one["attr"] for one in answer.json()["errors"]} == {field}


@pytest.mark.parametrize(("method", "path", "body"), ALL)
def test_a_huge_body_is_refused_also_where_none_is_read(client, method, path, body):
    raw = json.dumps({**(body or {}), "more": "x" * 10_000_000}).encode()
    answer = send(client, method, path, raw)
    assert (answer.status_code, error(answer)) == (413, "too_large")


@pytest.mark.parametrize(("method", "path", "body"), WITH_BODY)
@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"],
)
def test_another_content_type_is_refused(client, method, path, body, content_type):
    answer = send(client, method, path, b"phone=1", content_type)
    assert (answer.status_code, error(answer)) == (415, "unsupported_media_type")


@pytest.mark.parametrize(("method", "path", "body"), ALL)
def test_an_unknown_method_is_refused(staff, as_user, method, path, body):
    client = as_user(staff)
    for other in ("PUT", "TRACE", "PROPFIND"):
        answer = client.call(other, path, body)
        assert (answer.status_code, error(answer)) == (405, "method_not_allowed")


@pytest.mark.parametrize(
    "path",
    [
        "nope/",
        "auth/code",
        "auth/sessions/5/",
        "profiles/x/",
        "profiles/-1/",
        "profile/%00/",
        "../admin",
        "%ff%fe/",
    ],
)
@pytest.mark.parametrize("debug", [True, False])
def test_an_unknown_address_is_not_found(client, path, debug, settings):
    settings.DEBUG = debug
    for method in ("GET", "POST"):
        answer = client.call(method, path, {})
        assert (answer.status_code, error(answer)) == (404, "not_found")


def test_an_unknown_address_is_not_found_without_a_form_token_too():
    client = django.test.Client(enforce_csrf_checks=True)
    for path in ("nope/", "auth/code"):
        for method in ("post", "put", "delete"):
            answer = getattr(client, method)(f"/api/v1/{path}")
            assert (answer.status_code, error(answer)) == (404, "not_found")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "x", "*/*;q=x", ""])
def test_errors_are_json_whatever_is_accepted(anyone, accept):
    answer = anyone.call("GET", "profile/", HTTP_ACCEPT=accept)
    assert answer.headers["Content-Type"] == "application/json"
    error(answer)


@pytest.mark.parametrize("path", ["/api/schema/", "/api/docs/", "/api/redoc/"])
def test_errors_of_the_docs_are_json_too(anyone, path):
    for method, query, accept in (
        ("POST", "", "*/*"),
        ("DELETE", "", "text/html"),
        ("PUT", "?format=x", "application/yaml"),
    ):
        answer = anyone.call(method, f"{path}{query}", {}, HTTP_ACCEPT=accept)
        assert 400 <= answer.status_code < 500
        assert answer.headers["Content-Type"] == "application/json"
        error(answer)


def cursor(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "query",
    [
        "cursor=x",
        "cursor=%00",
        "cursor=%ff",
        "cursor=" + cursor("p="),
        "cursor=" + cursor("p=nonsense"),
        "cursor=" + cursor("p=99999999999999999999999999"),
        "cursor=" + cursor("p=2026-13-45"),
        "cursor=" + cursor("p=2026-01-01\0"),
        "cursor=" + cursor("p=0001-01-01T00:00:00%2B14:00"),
        "cursor=" + cursor("p=9999-12-31T23:59:59-14:00"),
        "cursor=" + cursor("p=2020-01-01T00:00:00%2B23:59"),
        "cursor=" + cursor("p=2020-01-01"),
        "cursor=" + cursor("o=x&p=1"),
        "cursor=" + cursor("o=-5"),
    ],
)
def test_a_forged_page_is_no_server_error(staff, as_user, query):
    client = as_user(staff)
    for path in ("profile/invitees/", "profiles/", "profile/"):
        answer = client.call("GET", f"{path}?{query}")
        assert answer.status_code in (200, 404)
        if answer.status_code == 404:
            assert error(answer) == "not_found"


LIMITS = "0 -1 +1 abc null 101 1000 %00 1.5 1e1 05 %205 ٥ ５ ²"


@pytest.mark.parametrize("limit", [*LIMITS.split(), "", "9" * 400])
def test_a_limit_that_no_page_can_have_is_refused(staff, as_user, limit):
    client = as_user(staff)
    for path in ("profile/invitees/", "profiles/"):
        answer = client.call("GET", f"{path}?limit={limit}")
        assert (answer.status_code, error(answer)) == (400, "invalid")
        assert answer.json() == {
            "type": "validation_error",
            "errors": [
                {
                    "code": "invalid",
                    "detail": "Enter a whole number from 1 to 100.",
                    "attr": "limit",
                }
            ],
        }


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 2**64, 10**30])
def test_an_impossible_user_id_is_not_found(staff, as_user, number):
    assert error(as_user(staff).call("GET", f"profiles/{number}/")) == "not_found"


@pytest.mark.parametrize("forwarded", ["", "x", "999.1.1.1", ",", "1.2.3.4, x", "::1%eth0", "\0"])
def test_a_forged_forwarded_header_is_no_server_error(phone, settings, forwarded):
    for hops in (0, 1, 2):
        settings.TRUSTED_PROXY_COUNT = hops
        client = Client(f"10.3.{hops}.1")
        answer = client.call(
            "POST", "auth/token/", {"phone": phone, "code": "1234"}, HTTP_X_FORWARDED_FOR=forwarded
        )
        assert error(answer) == "invalid_code"


def test_a_foreign_host_is_refused_in_the_same_shape(anyone):
    answer = anyone.call("GET", "profile/", HTTP_HOST="evil.example")
    assert answer.status_code == 400
    error(answer)


def test_the_api_is_the_api_below_any_prefix_of_the_server(anyone):
    foreign = {"HTTP_HOST": "evil.example", "SCRIPT_NAME": "/shop"}
    answer = anyone.call("GET", "profile/", **foreign)
    assert (answer.status_code, error(answer)) == (400, "parse_error")
    page = anyone.call("GET", "/profile/", HTTP_HOST="evil.example", SCRIPT_NAME="/api")
    assert "<!doctype html>" in page.content.decode()


def test_an_unforeseen_error_is_a_500_in_the_same_shape(me, monkeypatch, settings):
    def broken(*args: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("referrals.profiles.parse", broken)
    for settings.DEBUG in (True, False):
        answer = me.profile()
        assert (answer.status_code, error(answer)) == (500, "error")
        assert b"secret" not in answer.content
