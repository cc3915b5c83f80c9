"""Behind PgBouncer in transaction mode, where each transaction may get another connection."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import psycopg2
import pytest
from django.db import connection

from config.tests.factories import access_tokens, people
from config.tests.load import ACTIVATE, PROFILE, in_parallel, only_postgresql
from config.tests.product import running
from referrals.models import Activation, InviteCode
from tools.postgres import own_postgres
from tools.server import free_port, manage
from users.models import Session, User

MANY = 24
CONFIGURATION = """
[databases]
{name} = host={host} port={port} dbname={name} user={user}{password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
query_wait_timeout = 20
default_pool_size = 3
server_login_retry = 1
"""

pytestmark = [only_postgresql, pytest.mark.django_db(transaction=True)]


def of_the_test():
    """The address of the test's database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        used = connection.connection.driver_connection.get_dsn_parameters()
    return {**used, "password": str(connection.settings_dict["PASSWORD"] or "")}


def backend(used):
    """An address in PgBouncer's words."""
    password = used.get("password")
    return {
        "name": used["dbname"],
        "host": used.get("host") or "127.0.0.1",
        "port": used.get("port", "5432"),
        "user": used["user"],
        "password": f" password='{password}'" if password else "",
    }


@contextmanager
def pgbouncer(address):
    """The database at `address` behind PgBouncer, as a URL."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        reason = "pgbouncer is not installed"
        (pytest.fail if os.environ.get("REQUIRE_E2E") else pytest.skip)(reason)
    folder, port, facts = Path(tempfile.mkdtemp(dir="/tmp")), free_port(), backend(address)
    folder.chmod(0o755)
    file = folder / "pgbouncer.ini"
    file.write_text(CONFIGURATION.format(listen=port, **facts))
    user = None
    if os.geteuid() == 0:  # it refuses to run as root; the database's socket has an owner
        user = Path(facts["host"]).owner() if facts["host"].startswith("/") else "nobody"
    process = subprocess.Popen([program, "-q", str(file)], user=user)
    url = f"postgres://{facts['user']}@127.0.0.1:{port}/{facts['name']}"
    try:
        _await(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder)


def _await(url, process):
    deadline = time.monotonic() + 10
    while process.poll() is None:
        try:
            return psycopg2.connect(url, connect_timeout=3).close()
        except psycopg2.OperationalError:
            assert time.monotonic() < deadline, "pgbouncer does not answer"
            time.sleep(0.1)
    raise AssertionError("pgbouncer has ended")


@pytest.fixture
def server():
    settings = {"DB_POOL_SIZE": "8", "DB_PREPARE": "false"}
    with pgbouncer(of_the_test()) as url, running(DATABASE_URL=url, **settings) as one:
        one.database = url
        yield one


def test_everything_works_and_counts_are_exact(server):
    pair = server.log_in("+79165550000")
    tokens = access_tokens(people(MANY))
    access, mine = pair["access"], User.objects.get(phone="+79165550000")
    codes = list(InviteCode.objects.exclude(owner=mine).values_list("value", flat=True))

    def statuses(method, path, bodies, token=access):
        answers = in_parallel(lambda body: server.call(method, path, body, token), bodies)
        return sorted(status for status, _ in answers)

    raced = statuses("POST", ACTIVATE, [{"invite_code": code} for code in codes])
    assert raced.count(200) == 1
    assert set(raced) <= {200, 409, 429}
    assert Activation.objects.filter(invitee=mine).count() == 1

    code = {"invite_code": InviteCode.objects.get(owner=mine).value}
    together = in_parallel(lambda token: server.call("POST", ACTIVATE, code, token)[0], tokens)
    assert together == [200] * MANY
    assert InviteCode.objects.get(owner=mine).activations_count == MANY

    refresh = [{"refresh": pair["refresh"]}] * MANY
    assert statuses("POST", "/api/v1/auth/token/refresh/", refresh, "") == [200] * MANY
    assert Session.objects.get(user=mine).counter == 1

    User.objects.filter(pk=mine.pk).update(is_staff=True, is_superuser=True)
    status, page = server.call("GET", "/api/v1/profiles/?limit=100", access=access)
    assert (status, len(page["results"])) == (200, MANY + 1)

    gone = in_parallel(lambda token: server.call("DELETE", PROFILE, None, token)[0], tokens)
    assert gone == [204] * MANY
    assert InviteCode.objects.get(owner=mine).activations_count == 0
    assert User.objects.count() == 1


WALK = """
import os, django, psycopg2; django.setup()
from django.db import connection
from users.models import User
other, phones = psycopg2.connect(os.environ["DATABASE_URL"]), set()
for user in User.objects.order_by("pk").iterator(chunk_size=7):
    if not phones:
        other.cursor().execute("SELECT 1")  # and keeps the connection that gave the first chunk
    phones.add(user.phone)
print(len(phones), connection.connection.driver_connection.info.parameter_status("TimeZone"))
"""


def test_a_long_list_is_read_in_chunks_and_times_are_utc(server):
    people(50)
    environment = {**os.environ, "DATABASE_URL": server.database}
    environment |= {"DJANGO_SETTINGS_MODULE": "config.settings", "PGTZ": "Asia/Tokyo"}
    command = [sys.executable, "-c", WALK]
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout == "50 UTC\n"


def test_the_pool_behind_is_shared_by_transactions(server):
    """Otherwise the other tests here would show nothing."""
    with closing(psycopg2.connect(server.database)) as link:
        link.autocommit = True
        seen = set()
        for _ in range(50):
            in_parallel(lambda _: server.call("GET", "/readyz"), range(4), 4)
            with link.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                seen.add(cursor.fetchone()[0])
    assert len(seen) > 1


def test_prepared_statements_behind_it_are_refused_with_the_setting_that_helps(capfd):
    (token,) = access_tokens(people(1))
    with pgbouncer(of_the_test()) as url, running(DATABASE_URL=url, DB_PREPARE="true") as server:
        call = partial(server.call, "GET", PROFILE, access=token)
        statuses = set(in_parallel(lambda _: call()[0], range(100), 8))
    assert statuses == {200, 503}
    assert "DB_PREPARE=false" in capfd.readouterr().err


def test_after_a_restart_of_postgresql_service_is_back_within_5_seconds():
    with own_postgres() as database:
        manage("migrate", "--verbosity", "0", DATABASE_URL=database.url)
        address = psycopg2.extensions.parse_dsn(database.url)
        with pgbouncer(address) as url, running(DATABASE_URL=url, DB_PREPARE="false") as server:
            database.stop()
            assert server.call("GET", "/readyz")[0] == 503
            database.start()
            began = time.monotonic()
            while server.call("GET", "/readyz")[0] != 200:
                assert time.monotonic() - began < 5
                time.sleep(0.1)
