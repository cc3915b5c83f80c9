import pytest
from django.db import OperationalError


def test_the_process_answers_without_a_database(client):
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_readiness_needs_the_database(client, monkeypatch):
    assert client.get("/readyz").status_code == 200

    def broken() -> None:
        raise OperationalError

    monkeypatch.setattr("django.db.connection.ensure_connection", broken)
    assert client.get("/readyz").status_code == 503
