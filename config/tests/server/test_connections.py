"""However many wait, the database sees no more connections than the pool may have."""

import threading
import time

import pytest
from django.db import connection

from config.tests.factories import access_tokens, people
from config.tests.load import CODE, PROFILE, Load, in_parallel, only_postgresql
from config.tests.product import APPLICATION, running

POOL, WORKERS, BURST = 3, 2, 400
COUNT = """SELECT count(*), count(*) FILTER (WHERE state LIKE 'idle in transaction%%')
    FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()"""


def connections():
    """How many the server has, and how many of them are idle in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [APPLICATION])
        return cursor.fetchone()


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_burst_takes_no_more_connections_than_the_pool_has_and_leaves_none_behind():
    tokens = access_tokens(people(4))
    with running(DB_POOL_SIZE=str(POOL), WEB_CONCURRENCY=str(WORKERS), SMS_DELAY="1-2") as server:

        def ask_for_code(n):
            address, body = f"10.8.{n // 200}.{n % 200}", {"phone": f"+7916777{n:04}"}
            return server.call("POST", CODE, body, address=address, timeout=60)[0]

        def look(thread):
            return server.call("GET", PROFILE, access=tokens[thread], timeout=60)[0]

        burst = []
        runner = threading.Thread(
            target=lambda: burst.extend(in_parallel(ask_for_code, range(BURST), BURST))
        )
        seen = []
        with Load(len(tokens), look) as profiles:
            runner.start()
            while runner.is_alive():
                seen.append(connections()[0])
                time.sleep(0.05)
        assert set(burst) <= {200, 503}, "a slow machine may let some wait for 10 s"
        assert burst.count(200) > POOL * WORKERS
        assert set(profiles.results) == {200}
        assert max(seen) == POOL * WORKERS, "there was no burst, or the pool is no limit"
        time.sleep(0.5)
        assert connections()[0] <= POOL * WORKERS
        assert connections()[1] == 0


@only_postgresql
@pytest.mark.django_db
def test_every_connection_reads_committed_whatever_the_server_defaults_to(monkeypatch):
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_isolation=serializable")
    link = connection._get_new_connection(connection.get_connection_params())
    try:
        for link.autocommit in (True, False, True):  # as atomic blocks do
            for name in ("default_transaction_isolation", "transaction_isolation"):
                with link.cursor() as cursor:
                    cursor.execute(f"SHOW {name}")
                    assert cursor.fetchone() == ("read committed",)
            link.commit()
    finally:
        link.close()
