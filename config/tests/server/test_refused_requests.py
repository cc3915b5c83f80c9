"""Malformed and oversized HTTP is refused before Django, in the API's error format."""

import json

import pytest

from config.tests.load import once
from config.tests.product import running
from config.tests.server.sockets import said

pytestmark = [pytest.mark.django_db(transaction=True), once]
POST = b"POST /api/v1/auth/code/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
CLOSING = POST + b"Connection: close\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def server(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), running(WEB_CONCURRENCY="1") as one:
        yield one


def answer_to(server, request):
    """Status and decoded body of the first answer."""
    head, _, body = said(server, request).partition(b"\r\n\r\n")
    return int(head.split()[1]), json.JSONDecoder().raw_decode(body.decode())[0]


@pytest.mark.parametrize(
    ("request_bytes", "status", "code"),
    [
        (b"nonsense\r\n\r\n", 400, "parse_error"),
        (b"GET /?q=+7 916 HTTP/1.1\r\n\r\n", 400, "parse_error"),
        (b"GET / HTTP/9.9\r\n\r\n", 400, "parse_error"),
        (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n\r\n", 414, "uri_too_long"),
        (GET + b"A: " + b"a" * 9000 + b"\r\n\r\n", 431, "headers_too_large"),
        (GET + b"".join(b"A%d: a\r\n" % n for n in range(70)) + b"\r\n", 431, "headers_too_large"),
        (GET + b"Auth orization: Bearer x\r\n\r\n", 400, "parse_error"),
        (POST + b"Content-Length: many\r\n\r\n", 400, "parse_error"),
        (POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", 400, "parse_error"),
        (POST + b"Transfer-Encoding: gibberish\r\n\r\n", 400, "parse_error"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", 400, "parse_error"),
        (POST + b"Content-Length: 50\r\n\r\n{}", 400, "parse_error"),
        (b"GET /healthz HTTP/1.1\r\n\r\n", 400, "parse_error"),
        (POST + b"Content-Length: 99999\r\n\r\n" + b"a" * 99999, 413, "too_large"),
        (POST + b"Expect: miracles\r\nContent-Length: 2\r\n\r\n{}", 417, "expectation_failed"),
    ],
)
def test_it_is_refused_in_the_format_of_all_errors(server, request_bytes, status, code):
    got, body = answer_to(server, request_bytes)
    assert (got, body["errors"][0]["code"]) == (status, code)
    assert set(body) == {"type", "errors"}
    assert body["type"] in ("client_error", "validation_error")


def test_it_is_refused_in_the_language_of_a_client_that_could_say_it(server):
    head = POST + b"Accept-Language: ru\r\n"
    for more in (b"Content-Length: 9\r\n\r\n{}", b"Content-Length: x\r\n\r\n"):
        _, body = answer_to(server, head + more)
        assert body["errors"][0]["detail"] == "Некорректный HTTP-запрос."
    _, body = answer_to(server, b"nonsense\r\nAccept-Language: ru\r\n\r\n")
    assert body["errors"][0]["detail"] == "This isn't valid HTTP."


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + b"x" * 1_000_000, 400),
        (POST + b"Content-Length: 3000000\r\n\r\n" + b"x" * 3_000_000, 413),
        (CLOSING + b"Content-Length: 4000000\r\n\r\n" + b"x" * 4_000_000, 413),
        (CLOSING + b"Transfer-Encoding: chunked\r\n\r\n3d0900\r\n" + b"x" * 4_000_000, 413),
        (GET + b"X: " + b"a" * 1_000_000, 431),
        (b"GET /" + b"a" * 1_000_000, 414),
    ],
)
def test_a_client_that_sends_on_gets_its_refusal_all_the_same(server, request_bytes, status):
    assert answer_to(server, request_bytes)[0] == status


def test_no_header_moves_a_request_to_another_path(server):
    headers = b"SCRIPT_NAME: /x\r\nPATH_INFO: /api/schema/\r\n\r\n"
    assert answer_to(server, GET + headers) == (200, {"status": "ok"})
