"""Odd content types at every URL, through the WSGI application."""

import gzip
import io
import json
import sys

import pytest

from config.tests.api.test_bad_input import ALL
from config.tests.api_client import error

pytestmark = pytest.mark.django_db


def post(path: str, content_type: str, **more: str) -> str:
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": "2",
        "wsgi.input": io.BytesIO(b"{}"),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
        **more,
    }
    from config.wsgi import application  # only once the static files exist

    answers = []
    body = application(environ, lambda status, headers, *rest: answers.append(status))
    b"".join(body)
    body.close()
    return answers[0]


@pytest.mark.parametrize(
    "path", ["/healthz", "/api/v1/auth/code/", "/api/schema/", "/admin/login/"]
)
@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; q*=x''%ff",
        "application/json; charset=hex",
        "application/json; charset=rot13",
        "application/json; charset=idna",
        "application/json; charset=\x00",
        "text/html; charset=punycode",
        ";",
        "x" * 9000,
    ],
)
def test_an_odd_content_type_is_no_server_error(path, content_type):
    assert not post(path, content_type).startswith("5")


def test_json_in_utf_8_is_understood_in_all_its_spellings():
    for content_type in ("application/json", "application/json; charset=UTF-8"):
        assert post("/api/v1/auth/code/", content_type).startswith("400")


def test_a_body_in_chunks_needs_a_host_that_tells_its_length():
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked"}
    for path in ("/api/v1/auth/code/", "/", "/admin/login/", "/healthz"):
        answer = post(path, "application/json", **chunked, CONTENT_LENGTH="")
        assert answer.startswith("411 ")
    assert post("/api/v1/auth/code/", "application/json", **chunked).startswith("400 ")


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "zstd", "GZIP", "identity, gzip", "x"])
def test_an_encoded_body_is_a_415(anyone, phone, coding):
    body = gzip.compress(json.dumps({"phone": phone}).encode())
    answer = anyone.generic(
        "POST",
        "/api/v1/auth/code/",
        body,
        content_type="application/json",
        HTTP_CONTENT_ENCODING=coding,
    )
    assert (answer.status_code, error(answer)) == (415, "unsupported_media_type")
    assert "Content-Encoding" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(("method", "path", "body"), ALL)
def test_an_encoded_body_is_a_415_also_where_none_is_read(me, method, path, body):
    answer = me.call(method, path, body or {}, HTTP_CONTENT_ENCODING="gzip")
    assert (answer.status_code, error(answer)) == (415, "unsupported_media_type")


def test_without_a_body_no_coding_matters(me):
    assert me.call("GET", "profile/", HTTP_CONTENT_ENCODING="gzip").status_code == 200


@pytest.mark.parametrize("coding", ["Identity", ""])
def test_a_body_may_be_said_to_be_as_it_is(anyone, phone, coding):
    answer = anyone.call("POST", "auth/code/", {"phone": phone}, HTTP_CONTENT_ENCODING=coding)
    assert answer.status_code == 200


@pytest.mark.parametrize("kind", ["*/*", "application/*", "json", "application/jsonl"])
def test_what_is_not_quite_json_is_a_415(anyone, phone, kind):
    body = json.dumps({"phone": phone}).encode()
    answer = anyone.generic("POST", "/api/v1/auth/code/", body, content_type=kind)
    assert (answer.status_code, error(answer)) == (415, "unsupported_media_type")


@pytest.mark.parametrize("length", ["x", "-1", "9" * 5000])
def test_a_length_that_is_none_is_no_server_error(length):
    assert post("/api/v1/auth/code/", "application/json", CONTENT_LENGTH=length)[0] == "4"


def test_a_byte_order_mark_is_ignored(anyone, phone):
    for mark, status in ((b"\xef\xbb\xbf", 200), (b"\xef\xbb\xbf" * 2, 400), (b"\xef\xbb", 400)):
        body = mark + json.dumps({"phone": phone}).encode()
        answer = anyone.generic("POST", "/api/v1/auth/code/", body, content_type="application/json")
        assert answer.status_code == status
