"""Health checks: the process answers; it can do its work."""

from functools import cache

from django.db import Error, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse


def healthz(request: HttpRequest) -> JsonResponse:
    """Alive: the process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: the database takes writes and has all migrations.

    Otherwise 503, so that load balancers send no traffic here.
    """
    try:
        problem = _problem()
    except Error:
        problem = "database unavailable"
    return JsonResponse({"status": problem or "ok"}, status=503 if problem else 200)


def _problem() -> str:
    # On SQLite the transaction takes the write lock.
    with transaction.atomic():
        if connection.vendor == "postgresql" and _is_read_only():
            return "database read-only"
        applied = MigrationRecorder(connection).migration_qs.values_list("app", "name")
        return "" if _migrations() <= set(applied) else "migrations missing"


def _is_read_only() -> bool:
    """True for standbys, and for databases that a host has made read-only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('transaction_read_only')")
        return bool(cursor.fetchone() == ("on",))


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)
