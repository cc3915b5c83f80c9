"""A database that only reads, as after a failover or when its disk is full, is as good as none."""

import time
from contextlib import contextmanager

import psycopg2

from config.tests.load import CODE, PROFILE, in_parallel, only_postgresql
from config.tests.product import running
from tools.network import Proxy
from tools.postgres import own_postgres

pytestmark = only_postgresql
MANY = 12


@contextmanager
def read_only(database):
    """All sessions of it, also those that are open, take no writes meanwhile."""
    database.ask("ALTER SYSTEM SET default_transaction_read_only = on")
    database.ask("SELECT pg_reload_conf()")
    try:
        yield
    finally:
        database.ask("ALTER SYSTEM RESET default_transaction_read_only")
        database.ask("SELECT pg_reload_conf()")


def ask_for_code(server, number):
    body = {"phone": f"+7916222{number:04}"}
    status, answer = server.call("POST", CODE, body, address=f"10.9.0.{number}")
    assert status == 200 or answer["errors"][0]["code"] == "unavailable"
    return status


def test_a_write_is_a_503_and_service_is_back_within_5_seconds(database):
    with running(DATABASE_URL=database.url, DB_POOL_SIZE="3", WEB_CONCURRENCY="1") as server:
        access = server.log_in("+79162221000")["access"]
        assert in_parallel(lambda n: ask_for_code(server, n), range(MANY)) == [200] * MANY
        with read_only(database):
            time.sleep(0.5)  # until every session has read its configuration
            numbers = range(MANY, 2 * MANY)
            assert in_parallel(lambda n: ask_for_code(server, n), numbers) == [503] * MANY
            assert server.call("GET", "/readyz") == (503, {"status": "database unavailable"})
            assert server.call("GET", PROFILE, access=access)[0] == 503  # no connection is left
        began, numbers = time.monotonic(), range(2 * MANY, 3 * MANY)
        while server.call("GET", "/readyz")[0] != 200:
            assert time.monotonic() - began < 5
        assert in_parallel(lambda n: ask_for_code(server, n), numbers) == [200] * MANY
        assert time.monotonic() - began < 5


def test_of_several_hosts_the_one_that_takes_writes_is_used(database):
    url = psycopg2.extensions.parse_dsn(database.url)
    with own_postgres() as other, Proxy(other.socket) as first, Proxy(database.socket) as second:
        hosts = f"127.0.0.1:{first.port},127.0.0.1:{second.port}"
        with (
            read_only(other),
            running(DATABASE_URL=f"postgres://{url['user']}@{hosts}/{url['dbname']}") as server,
        ):
            assert ask_for_code(server, 100) == 200
