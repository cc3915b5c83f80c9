"""An unreachable database is answered 503 with `Retry-After`."""

import pytest
from django.db import InterfaceError, OperationalError, connection

from config.tests.api_client import error

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[OperationalError, InterfaceError])
def no_database(request, monkeypatch):
    def cursor(*arguments):
        raise request.param("connection refused")

    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", cursor)


def test_a_call_answers_503_in_the_shape_of_all_errors(me, no_database, caplog):
    answer = me.profile()
    assert (answer.status_code, error(answer)) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) == answer.json()["meta"]["retry_after"] >= 1
    (line,) = [one for one in caplog.records if one.name == "config.web.errors"]
    assert "connection refused" in line.getMessage()
    assert line.exc_info is None


def test_a_page_answers_503_too(client, no_database):
    client.raise_request_exception = False
    client.cookies["sessionid"] = "x" * 32
    assert client.get("/admin/").status_code == 503


def test_readiness_says_so(client, no_database):
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has an error of its own")
def test_a_wrong_statement_is_our_fault(me, monkeypatch):
    monkeypatch.setattr("users.statements.Statement.sql", lambda _: ("SELECT no_such_column", {}))
    answer = me.profile()
    assert (answer.status_code, error(answer)) == (500, "error")
