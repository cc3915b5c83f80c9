"""Odd content types, on every address, through the application that the server runs."""

import io
import sys

import pytest

pytestmark = pytest.mark.django_db


def post(path: str, content_type: str) -> str:
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
    }
    from config.wsgi import application  # not before the static files are there

    answers = []
    body = application(environ, lambda status, headers, *rest: answers.append(status))
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
