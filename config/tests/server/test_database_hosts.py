"""The hosts of a database URL are tried in turn, each by all its addresses."""

import socket

import gevent
import pytest
from psycopg2 import OperationalError

from config.postgresql import hosts, waiting


class Network:
    """Connects to what answers, and keeps what was tried."""

    def __init__(self, *answering):
        self.answering, self.tried = answering, []

    def connect(self, parameters):
        self.tried.append(place := (parameters["hostaddr"] or parameters["host"]))
        if place not in self.answering:
            raise OperationalError(f"{place} is silent\n")
        return f"{place}:{parameters['port']} {parameters['dbname']}"


@pytest.fixture
def names(monkeypatch):
    """The addresses of host names, as the server's processes look them up."""
    known = {}

    def look_up(host, port, **_):
        if host not in known:
            raise socket.gaierror(f"{host} is unknown")
        return [(2, 1, 6, "", (address, 0)) for address in known[host]]

    monkeypatch.setattr(hosts.monkey, "is_module_patched", lambda name: True)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


def parameters(host, port="5432"):
    return {"host": host, "port": port, "dbname": "x"}


def test_the_first_that_answers_is_taken_and_tried_first_the_next_time():
    network, several = Network("b"), hosts.Hosts()
    given = parameters("a,b,c", "1,2,3")
    assert several.connect(given, network.connect) == "b:2 x"
    assert several.connect(given, network.connect) == "b:2 x"
    assert network.tried == ["a", "b", "b"]
    network.answering = ("a",)
    assert several.connect(given, network.connect) == "a:1 x"
    assert network.tried[3:] == ["b", "c", "a"]


def test_one_port_is_for_all_hosts():
    assert hosts.Hosts().connect(parameters("a,b", 7), Network("b").connect) == "b:7 x"


def test_the_errors_of_all_hosts_are_reported():
    with pytest.raises(OperationalError, match=r"^a is silent; b is silent$"):
        hosts.Hosts().connect(parameters("a,b"), Network().connect)


def test_a_name_is_tried_by_all_its_addresses(names):
    names |= {"db.example": ["::1", "127.0.0.1"]}
    network = Network("127.0.0.1")
    assert hosts.Hosts().connect(parameters("db.example"), network.connect) == "127.0.0.1:5432 x"
    assert network.tried == ["::1", "127.0.0.1"]


def test_after_an_unknown_name_the_next_is_tried(names):
    names |= {"b": ["10.0.0.2"]}
    network = Network("10.0.0.2")
    assert hosts.Hosts().connect(parameters("a,b"), network.connect) == "10.0.0.2:5432 x"


def test_a_silent_name_server_is_given_up(names, monkeypatch):
    monkeypatch.setattr(waiting, "CONNECTING", 0.05)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: gevent.sleep(5))
    with pytest.raises(OperationalError, match="the name server is silent"):
        hosts.Hosts().connect(parameters("a"), Network().connect)


@pytest.mark.parametrize("host", ["/run/postgresql", "", "@abstract"])
def test_a_socket_has_no_name_to_look_up(names, host):
    network = Network(host or None)
    hosts.Hosts().connect(parameters(host), network.connect)
    assert network.tried == [host or None]
