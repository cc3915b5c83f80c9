"""A body that comes in chunks is read like any other, on every path."""

import http.client
import json
import re
import threading
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest

from config.tests.load import once
from config.tests.product import running
from config.tests.server.sockets import said

pytestmark = [pytest.mark.django_db(transaction=True), once]
LIMIT = 64 * 1024
CODE, PROFILE = "/api/v1/auth/code/", "/api/v1/profile/"
TOKEN = "a" * 32  # of the form, and of the cookie that proves it
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
PART = '--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n'
CHUNKED = b"Host: localhost\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"


@pytest.fixture(scope="module")
def server(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), running(WEB_CONCURRENCY="1") as one:
        yield one


def in_chunks(body, size=7):
    return (body[start : start + size] for start in range(0, len(body), size))


def ask(server, method, path, body, size=7, **headers):
    """Status and text of the answer to a body sent in chunks; then whether the connection stays."""
    link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=15)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    kind = {"Content-Type": "application/json", **named}
    link.request(method, path, in_chunks(body, size), kind, encode_chunked=True)
    answer = link.getresponse()
    text = answer.read().decode()
    link.request("GET", "/healthz")
    assert link.getresponse().status == 200
    link.close()
    return answer.status, text


def raw(server, request):
    """Everything that the server says to these bytes."""
    return said(server, request).decode()


def test_the_api_reads_it(server):
    status, text = ask(server, "POST", CODE, b'{"phone": "+79161230001"}')
    assert (status, json.loads(text)["phone"]) == (200, "+79161230001")
    access = server.log_in("+79161230002")["access"]
    bearer = f"Bearer {access}"
    status, text = ask(
        server, "PATCH", PROFILE, '{"first_name": "Анна"}'.encode(), Authorization=bearer
    )
    assert (status, json.loads(text)["first_name"]) == (200, "Анна")
    assert server.call("GET", PROFILE, access=access)[1]["first_name"] == "Анна"


@pytest.mark.parametrize("path", ["/", "/admin/login/"])
def test_pages_and_the_admin_read_it(server, path):
    cookie = f"csrftoken={TOKEN}"
    fields = {"csrfmiddlewaretoken": TOKEN, "phone": "12", "username": "12", "password": "x"}
    parts = "".join(f"{PART % name}{value}\r\n" for name, value in fields.items()) + "--x--\r\n"
    for kind, body in ((FORM, urlencode(fields)), (MULTIPART, parts)):
        status, text = ask(server, "POST", path, body.encode(), Cookie=cookie, Content_Type=kind)
        assert status in (200, 400)  # the form again, with what is wrong
        assert re.search(r'<input[^>]* value="12"', text)


def padded(size):
    """An acceptable body of so many bytes."""
    return b'{"phone": "+79161230003"' + b" " * (size - 25) + b"}"


@pytest.mark.parametrize("size", [1, 1000, LIMIT + 9])
def test_it_may_have_64_kib_and_no_more(server, size):
    assert ask(server, "POST", CODE, padded(LIMIT), 1000)[0] in (200, 429)
    for length in (LIMIT + 1, 3 * LIMIT):
        status, text = ask(server, "POST", CODE, padded(length), max(size, length // 100))
        assert (status, json.loads(text)["errors"][0]["code"]) == (413, "too_large")


@pytest.mark.parametrize("path", ["/", "/admin/login/"])
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, b"phone=" + b"9" * LIMIT),
        (MULTIPART, (PART % "phone").encode() + b"9" * LIMIT),
    ],
)
def test_too_much_for_a_form_is_a_413_page(server, path, kind, body):
    cookie = f"csrftoken={TOKEN}"
    status, text = ask(server, "POST", path, body, 5000, Content_Type=kind, Cookie=cookie)
    assert status == 413
    assert "<h1>Too large" in text


def test_extensions_and_trailers_are_ignored(server):
    said = raw(
        server,
        b"POST /api/v1/auth/code/ HTTP/1.1\r\n" + CHUNKED + b'B;x="y"\r\n{"phone": "\r\n'
        b'0E\r\n+79161230004"}\r\n0\r\nX-Sum: 1\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n',
    )
    assert said.count("HTTP/1.1 200") == 1
    assert '"phone":"+79161230004"' in said
    assert "HTTP/1.1 400" in said  # of the host `a`, so the next request was found


@pytest.mark.parametrize(
    "sent",
    [
        b"zz\r\n{}\r\n0\r\n\r\n",
        b"-2\r\n{}\r\n0\r\n\r\n",
        b"2\r\n{}0\r\n\r\n",
        b"3\r\n{}\r\n0\r\n\r\n",
        b"2 2\r\n{}\r\n0\r\n\r\n",
        b"2\n{}\n0\n\n",
        b"2\r\n{}\r\n",
        b"2\r\n{}\r\n0\r\n",
        b"2\r\n{",
        b"",
        b"2\r\n{}\r\n0\r\nContent-Length: 2\r\n\r\n",
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/auth/code/", "/", "/admin/login/", "/healthz"])
def test_malformed_chunks_are_refused(server, sent, path):
    said = raw(server, b"POST %s HTTP/1.1\r\n" % path.encode() + CHUNKED + sent)
    head, _, body = said.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 400 ")
    assert json.loads(body)["errors"][0]["code"] == "parse_error"


@pytest.mark.parametrize("coding", [b"gzip, chunked", b"identity, chunked"])
def test_another_transfer_coding_is_refused(server, coding):
    request = CHUNKED.replace(b"chunked", coding) + b"2\r\n{}\r\n0\r\n\r\n"
    assert " 400 " in raw(server, b"POST /api/v1/auth/code/ HTTP/1.1\r\n" + request)


def test_a_server_that_reads_no_chunks_refuses_them():
    """So does the development server, whose handler this is: what follows is no next request."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    from config.wsgi import application

    server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
    server.set_app(application)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    said = raw(
        SimpleNamespace(port=server.server_port),
        b"PATCH /api/v1/profile/ HTTP/1.1\r\nAccept-Language: ru\r\n"
        + CHUNKED
        + b"2\r\n{}\r\n0\r\n\r\n",
    )
    thread.join()
    server.server_close()
    head, _, body = said.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 411 ")
    assert "X-Request-ID: " in head
    error = {"code": "length_required", "attr": None}
    assert json.loads(body)["errors"] == [
        {**error, "detail": "Укажите длину тела запроса (Content-Length)."}
    ]
