"""Every request has an id; the answer and all log lines of the request show it."""

import http.client
import json
import re
import socket

import pytest

from config.tests.product import running

pytestmark = pytest.mark.django_db(transaction=True)
MADE = re.compile(r"[0-9a-f]{16}")
REFUSED = b"GET / HTTP/9.9\r\nX-Request-ID: mine\r\n\r\n"


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/profile/", "/api/nowhere", "/nowhere"])
def test_a_sane_id_is_taken_and_echoed(client, path):
    for claimed in ("a", "7f0c-1", "~" * 128, "x/y;z=1"):
        assert client.get(path, headers={"X-Request-ID": claimed})["X-Request-ID"] == claimed


@pytest.mark.parametrize("claimed", [None, "", "x" * 129, "two words", "a\tb", "\x7f", "é", "🙂"])
def test_any_other_is_replaced(client, claimed):
    headers = {} if claimed is None else {"X-Request-ID": claimed}
    seen = {client.get("/healthz", headers=headers)["X-Request-ID"] for _ in range(3)}
    assert len(seen) == 3
    assert all(MADE.fullmatch(one) for one in seen)


def test_an_unforeseen_error_has_it_too(client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("config.web.health._problem", lambda: 1 // 0)
    answer = client.get("/readyz", headers={"X-Request-ID": "seven"})
    assert (answer.status_code, answer["X-Request-ID"]) == (500, "seven")


def ask(server, path, request_id, host="127.0.0.1"):
    link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    link.request("GET", path, None, {"X-Request-ID": request_id, "Host": host})
    answer = link.getresponse()
    answer.read()
    link.close()
    return answer


def refuse(server):
    """The id that the server gives a request that it can't read, after one that it can."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as link:
        link.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: before\r\n\r\n")
        link.sendall(REFUSED)
        answer = b""
        while part := link.recv(4096):
            answer += part
    assert b"X-Request-ID: before" in answer
    refused = answer.partition(b" 400 ")[2]
    return re.search(rb"X-Request-ID: (\S+)", refused)[1].decode()


def test_it_is_in_every_line_of_the_text_log(capfd):
    with running(WEB_CONCURRENCY="1") as server:
        assert ask(server, "/healthz", "first-of-all").status == 200
        assert ask(server, "/", "second", host="evil.example").status == 400
        refused = refuse(server)
    lines = capfd.readouterr().err.splitlines()
    assert MADE.fullmatch(refused)
    for request_id, names in {
        "first-of-all": ["gunicorn.access"],
        "second": ["django.security.DisallowedHost", "gunicorn.access"],
        refused: ["gunicorn.error", "gunicorn.access"],
    }.items():
        assert [line.split()[3] for line in lines if line.split()[4] == request_id] == names


def test_it_is_in_every_line_of_the_json_log(capfd):
    with running(WEB_CONCURRENCY="1", LOG_FORMAT="json") as server:
        assert ask(server, "/", "the-id", host="evil.example").status == 400
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line[:1] == "{"]
    names = [line["name"] for line in lines if line["request_id"] == "the-id"]
    assert names == ["django.security.DisallowedHost", "gunicorn.access"]
