"""nginx: its configuration, its own refusals and its log."""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import time

import pytest

from config.tests.load import in_parallel, once
from config.tests.product import running
from tools.server import ROOT, free_port

pytestmark = once

EDGE = ROOT / "deploy" / "nginx"
OPENSSL = """openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost
-keyout privkey.pem -out fullchain.pem"""


def test_what_nginx_refuses_looks_like_an_error_of_the_api():
    proxy = (EDGE / "proxy.conf").read_text()
    answers = dict(re.findall(r"return (\d+) '({.*)';", proxy))
    assert set(answers) == {"400", "413", "414", "429", "431", "503"}
    for status, text in answers.items():
        body = json.loads(text)
        assert body["type"] == ("server_error" if status == "503" else "client_error")
        assert set(body["errors"][0]) == {"code", "detail", "attr"}
        assert ("meta" in body) == (status == "429")
    throttled = json.loads(answers["429"])
    assert f"Retry-After {throttled['meta']['retry_after']} always" in proxy
    assert throttled["errors"][0]["code"] == "throttled"
    assert json.loads(answers["413"])["errors"][0]["code"] == "too_large"


@pytest.fixture
def nginx():
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        missing = "nginx is not installed: its configuration was not checked"
        (pytest.fail if os.environ.get("REQUIRE_E2E") else pytest.skip)(missing)
    return found


@pytest.fixture
def behind():
    """The port that nginx forwards to; a test may listen there."""
    return free_port()


@pytest.fixture
def edge(nginx, behind, tmp_path):
    """The configuration with local ports and folders, without what an old nginx doesn't know."""
    said = subprocess.run([nginx, "-v"], capture_output=True, text=True).stderr
    version = tuple(map(int, re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", said).groups()))
    folder, port = tmp_path / "edge", free_port()
    shutil.copytree(EDGE, folder)
    (tmp_path / "resolver.conf").write_text("resolver 127.0.0.53;")
    (tmp_path / "site.conf").write_text(f"include {folder}/http.conf;")
    for file in folder.glob("*.conf"):
        text = file.read_text().replace("/etc/nginx/edge", str(folder))
        text = text.replace("/tmp/nginx", str(tmp_path)).replace("/etc/nginx/tls", str(tmp_path))
        text = text.replace("/dev/stdout", f"{tmp_path}/access.log")
        text = text.replace("listen 8080", f"listen 127.0.0.1:{port}")
        text = text.replace("127.0.0.1:8081", f"unix:{tmp_path}/health")
        text = text.replace("server web:8000 resolve", f"server 127.0.0.1:{behind}")
        if version < (1, 25, 1):
            text = text.replace("http2 on;", "")
        file.write_text(text)
    return folder, port


@pytest.mark.parametrize("site", ["http", "https"])
def test_nginx_accepts_its_configuration(nginx, edge, tmp_path, site):
    folder, _ = edge
    (tmp_path / "site.conf").write_text(f"include {folder}/{site}.conf;")
    if site == "https":
        subprocess.run(OPENSSL.split(), cwd=tmp_path, check=True, capture_output=True)
    command = [nginx, "-t", "-e", "stderr", "-c", folder / "nginx.conf"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "[warn]" not in result.stderr


@pytest.fixture
def ask(nginx, edge, tmp_path):
    """Sends requests to an nginx without a server behind it."""
    folder, port = edge
    command = [nginx, "-e", "stderr", "-c", folder / "nginx.conf", "-g", "daemon off;"]
    with (tmp_path / "error.log").open("w") as said:
        process = subprocess.Popen(command, stderr=said)

    def answer(path, body=None, **headers):
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        link.request("GET" if body is None else "POST", path, body, named)
        response = link.getresponse()
        text = response.read().decode()
        link.close()
        return response.status, response.headers, text

    try:
        deadline = time.monotonic() + 10
        while not (tmp_path / "health").exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield answer
    finally:
        process.terminate()
        process.wait(10)


def test_people_get_a_page_in_both_languages_and_programs_get_json(ask):
    for body, status in ((b"x" * 65_537, 413), (None, 503)):
        for path in ("/", "/profile/", "/admin/", "/i/7K2M9X"):
            got, headers, page = ask(path, body)
            assert re.fullmatch("[0-9a-f]{32}", headers["X-Request-ID"])
            assert (got, headers["Content-Type"]) == (status, "text/html; charset=utf-8")
            assert page.startswith("<!doctype html>")
            assert '<p lang="ru">' in page
            assert headers["Retry-After"] == (None if body else "5")
        got, headers, text = ask("/api/v1/profile/", body)
        assert (got, headers["Content-Type"]) == (status, "application/json")
        assert json.loads(text)["errors"]
    seen = {}
    for path in ("/", "/api/v1/profile/"):
        answers = in_parallel(ask, [path] * 200, 16)
        seen[path] = {
            (headers["Content-Type"], headers["Retry-After"])
            for status, headers, _ in answers
            if status == 429
        }
    assert seen == {
        "/": {("text/html; charset=utf-8", "1")},
        "/api/v1/profile/": {("application/json", "1")},
    }


def test_nobody_reads_metrics_through_nginx(ask):
    for path in ("/metrics", "/metrics?x", "//metrics", "/%6detrics", "/x/../metrics"):
        assert ask(path)[0] == 404
    assert ask("/metrics/")[0] == 503  # passed on, and there is no server


RUSSIAN = ["ru", "ru-RU,ru;q=0.9,en;q=0.8", "kk, RU;q=0.7, en;q=0.5"]
ENGLISH = ["", "en", "en-US,en;q=0.9,ru;q=0.8", "de", "peru", "fr, en, ru"]


def test_its_refusals_below_the_api_are_in_the_language_of_the_client(ask):
    for language in RUSSIAN + ENGLISH:
        for path, body in (("/api/v1/profile/", b"x" * 65_537), ("/api/v1/profile/", None)):
            _, _, text = ask(path, body, Accept_Language=language)
            detail = json.loads(text)["errors"][0]["detail"]
            assert bool(re.search("[А-Яа-я]", detail)) == (language in RUSSIAN), language


@pytest.mark.parametrize(
    ("request_bytes", "status", "code"),
    [
        (b"nonsense\r\n\r\n", 400, "parse_error"),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "parse_error"),
        (b"GET / HTTP/7.1\r\nHost: a\r\n\r\n", 400, "parse_error"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 400, "parse_error"),
        (b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, "uri_too_long"),
        (
            b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 40_000 + b"\r\n\r\n",
            431,
            "headers_too_large",
        ),
    ],
)
def test_what_it_cannot_read_it_refuses_as_the_server_does(ask, edge, request_bytes, status, code):
    with socket.create_connection(("127.0.0.1", edge[1]), timeout=15) as link:
        link.sendall(request_bytes)
        said = b""
        while part := link.recv(65536):
            said += part
    head, _, body = said.partition(b"\r\n\r\n")
    assert int(head.split()[1]) == status
    assert json.loads(body)["errors"][0]["code"] == code
    assert b"X-Request-ID: " in head


@pytest.mark.django_db(transaction=True)
def test_bodies_in_chunks_pass_through_it(ask, behind):
    with running(PORT=str(behind), WEB_CONCURRENCY="1"):
        body = (part for part in (b'{"phone": "+791', b'61230005"}'))
        status, _, text = ask("/api/v1/auth/code/", body, Content_Type="application/json")
        assert (status, json.loads(text)["phone"]) == (200, "+79161230005")
        status, _, text = ask("/api/v1/auth/code/", iter([b"x" * 60_000] * 2))
        assert (status, json.loads(text)["errors"][0]["code"]) == (413, "too_large")


def test_nginx_logs_no_invite_code_phone_or_search(ask, tmp_path):
    paths = (
        "/i/7K2M9X",
        "/nowhere/+79161234567/?q=9161234567",
        "/api/v1/profiles/?search=9161234567",
    )
    for path in paths:
        ask(path)
    in_parallel(ask, [paths[1]] * 200, 16)  # nginx refuses some, which its error log would quote
    log = (tmp_path / "access.log").read_text()
    logged = [line.split()[3] for line in log.splitlines()]
    assert all(re.fullmatch("[0-9a-f]{32}", line.split()[-1]) for line in log.splitlines())
    assert set(logged) == {"/i/*", "/nowhere/*", "/api/v1/profiles/"}  # each worker in its turn
    assert " 429 " in log
    assert not re.search("7K2M9X|9161234567|search", log)
    assert (tmp_path / "error.log").read_text() == ""
