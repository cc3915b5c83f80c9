"""The same-server floor: bare WSGI functions on the product's own server and pool.

They give the same answers. No framework, no checks of input, no limits that refuse: JSON, the
token's signature, SQL.
    gunicorn --config config/server/gunicorn.py tools.bench.floors.same_server
"""

import os
import random
import time
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import psycopg2
from psycopg2 import extensions
from psycopg2.extensions import connection as Connection  # noqa: N812
from sqlalchemy.pool import QueuePool

from config import settings
from config.postgresql.waiting import wait
from tools.bench.floors.answers import bearer, body_of, claims_of, pair
from tools.bench.floors.answers import profile as answer
from users.digests import digest, one_time_password

REFERRAL = """c.value, c.activations_count, a.code, a.activated_at,
    (SELECT json_agg(phone)::text FROM (
        SELECT p.phone FROM referrals_activation x JOIN users_user p ON p.id = x.invitee_id
        WHERE x.inviter_id = u.id ORDER BY x.activated_at DESC, x.id DESC LIMIT 50) newest)
    FROM users_user u JOIN referrals_invitecode c ON c.owner_id = u.id
    LEFT JOIN referrals_activation a ON a.invitee_id = u.id"""
PROFILE = """SELECT u.id, u.phone, u.first_name, u.last_name, u.email, REFERRAL
    JOIN users_session s ON s.user_id = u.id
    WHERE s.id = %s AND s.ended_at IS NULL AND s.expires_at > now() AND u.is_active""".replace(
    "REFERRAL", REFERRAL
)
TAKE = """INSERT INTO users_limit (key, kind, count, resets_at) VALUES (%s, %s, 1, %s)
    ON CONFLICT (key) DO UPDATE SET count = users_limit.count + 1 RETURNING count"""
REFUND = "UPDATE users_limit SET count = count - 1 WHERE key = %s"


extensions.set_wait_callback(wait)  # as the product's statements wait


def _connect() -> Any:
    return psycopg2.connect(os.environ["DATABASE_URL"])


_pool = QueuePool(_connect, pool_size=20, max_overflow=0)


class Statements:
    """One connection for one request; each statement commits by itself unless begun otherwise."""

    def __enter__(self) -> "Statements":
        self._fairy = _pool.connect()
        self._connection: Connection = self._fairy.driver_connection  # type: ignore[assignment]
        self._connection.autocommit = True
        self._cursor = self._connection.cursor()
        return self

    def __exit__(self, *error: object) -> None:
        self._fairy.close()

    def __call__(self, sql: str, *params: object) -> Any:
        """The first row of a statement, if it has rows."""
        self._cursor.execute(sql, params)
        return self._cursor.fetchone() if self._cursor.description else None


def profile(environ: dict[str, Any]) -> Any:
    """Token, one statement, JSON."""
    with Statements() as sql:
        return answer(sql(PROFILE, bearer(environ)["sid"]))


def activate(environ: dict[str, Any]) -> Any:
    """The writes of an activation: the activation and the inviter's count."""
    value, sid = body_of(environ)["invite_code"], bearer(environ)["sid"]
    with Statements() as sql:
        (user,) = sql(
            """SELECT u.id FROM users_session s JOIN users_user u ON u.id = s.user_id
            WHERE s.id = %s AND s.ended_at IS NULL AND s.expires_at > now() AND u.is_active""",
            sid,
        )
        (owner,) = sql("SELECT owner_id FROM referrals_invitecode WHERE value = %s", value)
        sql("BEGIN")
        sql(
            """INSERT INTO referrals_activation (invitee_id, inviter_id, code, activated_at)
            VALUES (%s, %s, %s, now()) ON CONFLICT DO NOTHING""",
            user,
            owner,
            value,
        )
        sql(
            """UPDATE referrals_invitecode SET activations_count = activations_count + 1
            WHERE owner_id = %s""",
            owner,
        )
        sql("COMMIT")
        return answer(sql(PROFILE, sid))


def log_in(environ: dict[str, Any]) -> Any:
    """The writes of a login: an attempt, two limits, the code used, a session, two refunds."""
    body, address = body_of(environ), environ["HTTP_X_FORWARDED_FOR"]
    phone, sid = body["phone"], uuid.uuid4()
    quiet, ticket = time.time() + 30 * 86_400, digest("ticket", phone, body["ticket"])
    limits = {
        digest("guesses-network", address): "guesses-network",
        digest("guesses-phone", phone): "guesses-phone",
    }
    with Statements() as sql:
        (key, nonce) = sql(
            """UPDATE users_challenge SET ticket_left = ticket_left - 1,
            ticket_charged = ticket_charged + 1 WHERE ticket_key = %s AND ticket_left > 0
            AND expires_at > %s RETURNING key, nonce""",
            ticket,
            time.time(),
        )
        for limit, kind in limits.items():
            sql(TAKE, limit, kind, quiet)
        if one_time_password(nonce, 4) != body["code"]:
            raise ValueError("wrong code")
        user, end = _open_session(sql, sid, phone, (key, nonce), address)
        for limit in limits:
            sql(REFUND, limit)
    return pair(str(sid), user, 0, end) | {"is_new_user": False}


def _open_session(
    sql: Statements, sid: uuid.UUID, phone: str, challenge: tuple[str, str], address: str
) -> tuple[str, int]:
    now = datetime.now(UTC)
    end = now + timedelta(days=90)
    sql("BEGIN")
    sql("DELETE FROM users_challenge WHERE key = %s AND nonce = %s", *challenge)
    (user,) = sql("SELECT id FROM users_user WHERE phone = %s FOR NO KEY UPDATE", phone)
    sql(
        """INSERT INTO users_session (id, user_id, counter, created_at, last_used_at,
        expires_at, user_agent, ip, network) VALUES (%s, %s, 0, %s, %s, %s, '', %s, %s)""",
        *(str(sid), user, now, now, end, address, address),
    )
    sql("UPDATE users_user SET last_login = %s WHERE id = %s", now, user)
    sql("COMMIT")
    return str(user), int(end.timestamp())


def refresh(environ: dict[str, Any]) -> Any:
    """The writes of a refresh: the session's limit, and its row."""
    token = claims_of(body_of(environ)["refresh"])
    with Statements() as sql:
        sql(TAKE, digest("refreshes", token["sid"]), "refreshes", time.time() + 60)
        user, *rotated = sql(
            """UPDATE users_session s SET counter = counter + 1, last_used_at = now(), ip = %s
            FROM users_user u WHERE s.id = %s AND s.counter = %s AND s.ended_at IS NULL
            AND s.expires_at > now() AND u.id = s.user_id AND u.is_active
            RETURNING s.user_id, s.counter, extract(epoch FROM s.expires_at)::bigint""",
            *(environ["HTTP_X_FORWARDED_FOR"], token["sid"], token["n"]),
        )
    return pair(token["sid"], str(user), *rotated)


def send_code(environ: dict[str, Any]) -> Any:
    """Sleep as long as the simulated gateway; nothing else."""
    phone = body_of(environ)["phone"]
    time.sleep(random.uniform(*settings.SMS_DELAY))
    return {"phone": phone, "code_length": 4}


VIEWS = {
    "/api/v1/profile/": profile,
    "/api/v1/profile/activate/": activate,
    "/api/v1/auth/token/": log_in,
    "/api/v1/auth/token/refresh/": refresh,
    "/api/v1/auth/code/": send_code,
}


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """What gunicorn serves."""
    view = VIEWS.get(environ["PATH_INFO"])
    body = orjson.dumps(view(environ) if view else {}, option=orjson.OPT_UTC_Z)
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]
