"""Processor time: what a call costs, whatever else the machine does meanwhile."""

import resource
from contextlib import suppress
from dataclasses import dataclass

import psutil
from django.db import connection


@dataclass(frozen=True)
class Spent:
    """Seconds of processor time: of a server, of PostgreSQL, of whoever made the load."""

    server: float
    database: float
    load: float

    def __sub__(self, before: "Spent") -> "Spent":
        return Spent(
            self.server - before.server, self.database - before.database, self.load - before.load
        )


def spent(server: int) -> Spent:
    """So far, by the server with this pid, by PostgreSQL if it is here, and by ended children."""
    database = postmaster()
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Spent(
        _of_tree(server), _of_tree(database) if database else 0.0, ended.ru_utime + ended.ru_stime
    )


def postmaster() -> int | None:
    """The pid of PostgreSQL's first process; None if it is another machine's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), inet_server_addr() IS NULL")
        backend, by_socket = cursor.fetchone()
    try:
        parent = psutil.Process(backend).parent()
    except psutil.NoSuchProcess:
        return None
    return parent.pid if parent and (by_socket or "postgres" in parent.name()) else None


def _of_tree(pid: int) -> float:
    """Of a process and all its children, those that have ended included."""
    first = psutil.Process(pid)
    own = first.cpu_times()
    seconds = own.user + own.system + own.children_user + own.children_system
    for child in first.children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # such as autovacuum's
            times = child.cpu_times()
            seconds += times.user + times.system
    return float(seconds)
