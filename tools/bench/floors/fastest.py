"""The fastest floor: what a good engineer would write by hand for these calls alone.

A WSGI function for plain threads. Each thread keeps one connection to PostgreSQL, on which every
statement is prepared; PyJWT and orjson do the rest. It checks the token and whether the session is
live, no input, and enforces no limit. What the product writes it writes, too, in as few round trips
and commits as the rules allow.
"""

import os
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import orjson
import psycopg2

from tools.bench.floors import statements
from tools.bench.floors.answers import MONTH, bearer, body_of, claims_of, pair
from tools.bench.floors.answers import profile as answer
from users.digests import digest, one_time_password

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")  # the digests read them

_own = threading.local()


class Connection:
    """One thread's connection; each statement commits by itself."""

    def __init__(self) -> None:
        link = psycopg2.connect(os.environ["DATABASE_URL"])
        link.autocommit = True
        self._cursor = link.cursor()
        for name, sql in statements.ALL.items():
            self._cursor.execute(f"PREPARE {name} AS {sql}")

    def row(self, execute: str, *params: object) -> tuple[Any, ...]:
        """The row of a prepared statement."""
        self._cursor.execute(execute, params)
        row = self._cursor.fetchone()
        if row is None:
            raise LookupError(execute)
        return row


def profile(sql: Connection, environ: dict[str, Any]) -> Any:
    """Token, one statement, JSON."""
    return answer(sql.row("EXECUTE profile (%s)", bearer(environ)["sid"]))


def activate(sql: Connection, environ: dict[str, Any]) -> Any:
    """The activation, the inviter's count and the profile, in one round trip."""
    sid, value = bearer(environ)["sid"], body_of(environ)["invite_code"]
    return answer(sql.row("EXECUTE activate (%s, %s)", sid, value))


def log_in(sql: Connection, environ: dict[str, Any]) -> Any:
    """Charge three counters; use the code and open a session; refund: three commits."""
    body, address = body_of(environ), environ["HTTP_X_FORWARDED_FOR"]
    phone, sid, now = body["phone"], str(uuid.uuid4()), time.time()
    limits = digest("guesses-network", address), digest("guesses-phone", phone)
    ticket = digest("ticket", phone, body["ticket"])
    charge = "EXECUTE charge (%s, %s, %s, %s, %s)"
    key, nonce = sql.row(charge, *limits, ticket, now + MONTH, now)
    if one_time_password(nonce, 4) != body["code"]:
        raise ValueError("wrong code")
    opened = sql.row("EXECUTE log_in (%s, %s, %s, %s, %s)", key, nonce, phone, sid, address)
    sql.row("EXECUTE refund (%s, %s)", *limits)
    return pair(sid, *opened) | {"is_new_user": False}


def refresh(sql: Connection, environ: dict[str, Any]) -> Any:
    """Charge the session's limit and rotate its token, in one round trip."""
    claims = claims_of(body_of(environ)["refresh"])
    sid, address = claims["sid"], environ["HTTP_X_FORWARDED_FOR"]
    limit, end = digest("refreshes", sid), time.time() + 60
    rotate = "EXECUTE rotate (%s, %s, %s, %s, %s)"
    return pair(sid, *sql.row(rotate, limit, end, sid, claims["n"], address))


VIEWS: dict[str, Callable[[Connection, dict[str, Any]], Any]] = {
    "/api/v1/profile/": profile,
    "/api/v1/profile/activate/": activate,
    "/api/v1/auth/token/": log_in,
    "/api/v1/auth/token/refresh/": refresh,
}


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """What any WSGI server with threads may serve."""
    view = VIEWS.get(environ["PATH_INFO"])
    body = orjson.dumps(view(_connection(), environ) if view else {}, option=orjson.OPT_UTC_Z)
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]


def _connection() -> Connection:
    try:
        connection: Connection = _own.connection
    except AttributeError:
        connection = _own.connection = Connection()
    return connection
