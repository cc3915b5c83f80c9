"""The fastest floor answers and writes what the product does; else no share would mean much."""

import io
import socket
import threading

import orjson
import pytest

from config.tests.api_client import Client
from config.tests.load import once, only_postgresql
from config.tests.product import database_url
from tools.bench import people, traffic
from tools.bench.floors import fastest, threads
from users.models import Challenge, Limit, Session

ANNA, BORIS, CARL = 1, 2, 3
PROFILE = "/api/v1/profile/"


@pytest.fixture
def floor(monkeypatch, transactional_db):
    """What the floor answers to a call of the bench, on the test's database."""
    monkeypatch.setenv("DATABASE_URL", database_url())
    people.make(ANNA, 3)
    people.invite(ANNA, CARL, 1)
    yield call
    del fastest._own.connection


def call(one):
    environ = {
        "PATH_INFO": one.path,
        "HTTP_AUTHORIZATION": f"Bearer {one.token}",
        "HTTP_X_FORWARDED_FOR": one.address,
        "CONTENT_LENGTH": str(len(one.body)),
        "wsgi.input": io.BytesIO(one.body.encode()),
    }
    (body,) = fastest.application(environ, lambda status, headers: None)
    assert all(part in body.decode() for part in one.must.split("\t"))
    return orjson.loads(body)


def seen_by_the_product(access):
    return Client().use(access).get(PROFILE).json()


@only_postgresql
def test_its_profile_is_the_products(floor):
    (one,) = traffic.profiles(people.log_in([ANNA]), {ANNA: CARL})
    assert floor(one) == seen_by_the_product(one.token)


@only_postgresql
def test_its_activation_is_stored_counted_and_shown(floor):
    (one,) = traffic.activations(people.log_in([BORIS]), [ANNA])
    shown = floor(one)
    assert shown == seen_by_the_product(one.token)
    assert people.invited_by(ANNA) == (2, 2)


@only_postgresql
def test_its_login_uses_the_code_opens_a_session_and_leaves_no_charge(floor):
    (one,) = traffic.logins([BORIS])
    assert seen_by_the_product(floor(one)["access"])["phone"] == people.phone(BORIS)
    assert not Challenge.objects.exists()
    assert set(Limit.objects.values_list("kind", "count")) == {
        ("guesses-network", 0),
        ("guesses-phone", 0),
    }


@only_postgresql
def test_its_refresh_rotates_the_session_once(floor):
    (one,) = traffic.refreshes([BORIS])
    tokens = floor(one)
    assert (people.refreshes(), Limit.objects.get().kind) == (1, "refreshes")
    assert Client().refresh(tokens["refresh"]).status_code == 200
    with pytest.raises(LookupError):
        floor(one)
    assert Session.objects.get().counter == 2


def echo(environ, start_response):
    start_response("200 OK", [("Content-Length", "4")])
    return [environ["PATH_INFO"].encode(), environ["wsgi.input"].read(), b"."]


@once
def test_its_server_keeps_the_connection_and_takes_bodies_in_pieces():
    near, far = socket.socketpair()
    with near, far:
        server = threading.Thread(target=threads.serve, args=(far, echo))
        server.start()
        near.settimeout(10)
        near.sendall(b"POST /a HTTP/1.1\r\nContent-Length: 1\r\n\r\n")
        near.sendall(b"bGET /cd HTTP/1.1\r\n\r\n")
        answers = b""
        while answers.count(b".") < 4:  # two of them in HTTP/1.1
            answers += near.recv(1000)
        near.shutdown(socket.SHUT_WR)
        server.join()
    assert answers == b"".join(
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + body for body in (b"/ab.", b"/cd.")
    )
