"""The server logs every answer in the configured format, and no personal data."""

import http.client
import json
import logging
import socket

import pytest
from django.test import RequestFactory
from pythonjsonlogger.orjson import OrjsonFormatter

from config.server.redaction import HidePaths, hide
from config.tests.product import running
from tools.server import serving

HEADERS = {"Authorization": "Bearer top-secret", "X-Forwarded-For": "192.0.2.9"}


@pytest.mark.django_db(transaction=True)
def test_each_answer_is_a_line_without_phones_invite_codes_and_tokens(capfd):
    with running(LOG_FORMAT="json", WEB_CONCURRENCY="1") as server:
        for path in (
            "/i/7K2M9X",
            "/api/v1/profiles/?search=%2B79161234567",
            "/nowhere/79161234567/?q=9161234567",
            "/two%0Alines",
        ):
            link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            link.request("GET", path, None, HEADERS)
            link.getresponse().read()
            link.close()
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as link:
            link.sendall(b"GET /?q=9161234567 7K2M9X HTTP/1.1\r\nAuthorization: top-secret\r\n\r\n")
            link.recv(1000)
    log = capfd.readouterr().err
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    logged = [one for one in lines if one["name"] == "gunicorn.access" and one["path"] != "/readyz"]
    refused = logged.pop()
    assert (refused["method"], refused["status"], refused["address"]) == ("-", 400, "127.0.0.1")
    assert {one["method"] for one in logged} == {"GET"}
    assert {one["address"] for one in logged} == {"192.0.2.9"}
    assert [one["path"] for one in logged] == [
        "/i/*",
        "/api/v1/profiles/",
        "/nowhere/*/",
        "/two%0Alines",
    ]
    assert logged[1]["status"] == 401
    assert logged[1]["bytes"] > 100
    assert logged[1]["ms"] > 0
    assert "request refused: InvalidHTTPVersion from 127.0.0.1" in log
    for secret in ("7K2M9X", "9161234567", "top-secret"):
        assert secret not in log


@pytest.mark.django_db(transaction=True)
def test_a_path_in_any_alphabet_has_its_line_and_keeps_the_connection(capfd):
    paths = ["/i/%D0%90", "/nowhere/%D0%90", "/%F0%9F%99%82", "/%FF", "/%00", "/%ED%A0%80"]
    with (
        running(LOG_FORMAT="json", WEB_CONCURRENCY="1") as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=30) as link,
    ):
        for path in paths:
            link.sendall(f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert b"Connection: keep-alive" in link.recv(4096)
    log = capfd.readouterr().err
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    logged = [one["path"] for one in lines if one.get("method") == "HEAD"]
    unknown = "%EF%BF%BD"
    assert logged[:4] == ["/i/*", "/nowhere/%D0%90", "/%F0%9F%99%82", f"/{unknown}"]
    assert logged[4:] == ["/%00", f"/{3 * unknown}"]
    assert "Traceback" not in log


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        ("GET /i/\u0410 HTTP/1.1\r\n\r\n".encode(), 400),
        (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"POST /x HTTP/1.1\r\nExpect: miracles\r\n\r\n", 417),
    ],
)
def test_what_the_server_refuses_has_a_line_too(capfd, request_bytes, status):
    with running(LOG_FORMAT="json", WEB_CONCURRENCY="1") as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as link:
            link.sendall(request_bytes)
            link.recv(4096)
        assert server.call("GET", "/healthz")[0] == 200  # meanwhile the line is written
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line[:1] == "{"]
    logged = [one for one in lines if one.get("status") == status]
    assert [(one["method"], one["path"]) for one in logged] == [("-", "-")]


def test_the_log_works_whatever_application_is_served(capfd):
    """The floor of the measurements imports no Django."""
    with serving(
        "tools.bench.floors.same_server", WEB_CONCURRENCY="1", LOG_FORMAT="json"
    ) as server:
        assert server.call("GET", "/somewhere")[0] == 200
    log = capfd.readouterr().err
    assert '"path":"/somewhere"' in log
    assert "Traceback" not in log


def test_an_error_of_any_kind_is_logged_without_the_request():
    """Django hands over the request, whose text has what staff search for."""
    path = "/i/7K2M9X/"
    record = logging.LogRecord("x", logging.ERROR, "", 0, "%s: %s", ("Oh", path), None)
    record.request = RequestFactory().get(path, {"q": "+79161234567"})
    assert HidePaths().filter(record)
    line = OrjsonFormatter("%(message)s").format(record)
    assert json.loads(line) == {"message": "Oh: /i/*/"}


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/i/7K2M9X", "/i/*"),
        ("/profile/", "/profile/"),
        ("/api/v1/profiles/1234567/", "/api/v1/profiles/1234567/"),
        ("/x/+79161234567", "/x/*"),
        ("/admin/?q=Anna", "/admin/"),
    ],
)
def test_a_logged_path_shows_where_and_not_who(path, logged):
    assert hide(path) == logged


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_refused_host_is_one_line_besides_the_access_line(capfd, log_format):
    paths = ["/", "/api/v1/profile/"]
    with running(LOG_FORMAT=log_format, WEB_CONCURRENCY="1") as server:
        for path in paths:
            link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            link.request("GET", path, None, {"Host": "evil.example"})
            assert link.getresponse().status == 400
            link.close()
    log = capfd.readouterr().err.splitlines()
    lines = [line for line in log if "gunicorn.error" not in line and "/readyz" not in line]
    refusals = [line for line in lines if "django.security.DisallowedHost" in line]
    assert len(lines) == 2 * len(paths), lines
    assert len(refusals) == len(paths)
    assert all("WARNING" in line and "evil.example" in line for line in refusals)
