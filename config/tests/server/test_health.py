"""Health checks: the process answers, and the database takes writes and has all migrations."""

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder


def test_the_process_answers_without_a_database(client):
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_readiness_needs_the_database(client, monkeypatch):
    assert client.get("/readyz").status_code == 200

    def broken() -> None:
        raise OperationalError

    monkeypatch.setattr("django.db.connection.ensure_connection", broken)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "database unavailable"})


@pytest.mark.django_db
@pytest.mark.parametrize("app", ["users", "referrals", "sessions"])
def test_readiness_needs_all_migrations(client, app):
    MigrationRecorder(connection).migration_qs.filter(app=app).latest("pk").delete()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "migrations missing"})


@pytest.mark.django_db
def test_migrations_of_a_later_version_do_no_harm(client):
    """The old servers go on while an upgrade's migrations are in and its servers start."""
    MigrationRecorder(connection).record_applied("users", "9999_later")
    assert client.get("/readyz").status_code == 200


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's test is the next one")
@pytest.mark.django_db(transaction=True)
def test_readiness_needs_a_database_that_takes_writes(client):
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        answer = client.get("/readyz")
        cursor.execute("SET default_transaction_read_only = off")
    assert (answer.status_code, answer.json()) == (503, {"status": "database read-only"})


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's test is the one before")
@pytest.mark.django_db(transaction=True)
def test_readiness_needs_a_file_that_takes_writes(client):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = on")
        answer = client.get("/readyz")
        cursor.execute("PRAGMA query_only = off")
    assert (answer.status_code, answer.json()) == (503, {"status": "database unavailable"})
