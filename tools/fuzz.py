"""Many made-up requests against the running product: every answer must be one the schema foresees.

    python -m tools.fuzz [--quick] [--cases N] [--minutes N] [--seed N]

Each request comes from a network of its own, so that limits hide nothing.
"""

import argparse
import itertools
import secrets
import sys
import time
from collections.abc import Callable
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tools.postgres import database, postgres
from tools.server import Server, prepare, serving

CHECKS = [
    schemathesis.checks.not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
ENDING = {("delete", "profile/"), ("post", "auth/logout/")}
Headers = Callable[[], dict[str, str]]
_staff = itertools.count(1)


def operations(base: str) -> list[Any]:
    """Every operation of the schema that the server at `base` shows."""
    schema: Any = schemathesis.openapi.from_url(f"{base}/api/schema/?format=json")
    return [result.ok() for result in schema.get_all_operations()]


def conform(
    operation: Any, base: str, headers: Headers, cases: int, *, number: int = 0, until: float = 0
) -> int:
    """Try one operation with so many cases, the same for the same `number`; how many there were.

    No more are tried `until` that time (of the monotonic clock, 0: without end). Raises what
    schemathesis has to say of the first answer that isn't foreseen, with the smallest case of it.
    """
    tried = 0

    @seed(number)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def every_case(case: Any) -> None:
        nonlocal tried
        if until and time.monotonic() > until:
            return
        tried += 1
        case.validate_response(case.call(base_url=base, headers=headers()), checks=CHECKS)

    every_case()
    return tried


def as_new_staff() -> dict[str, str]:
    """The token of a new staff user: one of the operations deletes whoever calls it."""
    from users.clients import Client
    from users.models import User
    from users.sessions.lifecycle import open_session
    from users.sessions.tokens import pair

    user = User.objects.create_user(f"+7943{next(_staff):07}", is_staff=True, is_superuser=True)
    access = pair(open_session(user, Client.at("127.0.0.1")))["access"]
    return {"Authorization": f"Bearer {access}"}


def callers(operation: Any) -> Headers:
    """Whose each request is, and from where: one staff user, or a new one where it ends theirs."""
    numbers, staff = itertools.count(1), as_new_staff()
    ends = (operation.method, operation.path.removeprefix("/api/v1/")) in ENDING

    def headers() -> dict[str, str]:
        n = next(numbers)
        address = {"X-Forwarded-For": f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"}
        return (as_new_staff() if ends else staff) | address

    return headers


def fuzz(server: Server, cases: int, seconds: float, number: int) -> int:
    """Try every operation; how many of them gave an answer that isn't foreseen."""
    every, failed = operations(server.base), 0
    for operation in every:
        print(f"{operation.method.upper():6} {operation.path}", end=" ", flush=True)
        until = time.monotonic() + seconds / len(every)
        each = -(-cases // len(every))
        try:
            tried = conform(
                operation, server.base, callers(operation), each, number=number, until=until
            )
            print(f"{tried} cases", flush=True)
        except (Exception, BaseExceptionGroup) as problem:  # noqa: BLE001  # the others, too
            failed += 1
            print(problem, flush=True)
    return failed


def main() -> int:
    """Exit with 1 if an answer was not foreseen."""
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz")
    parser.add_argument("--quick", action="store_true", help="500 cases in a minute")
    parser.add_argument("--cases", type=int, help="how many in all")
    parser.add_argument("--minutes", type=float, default=5, help="at most so long in all")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    options = parser.parse_args()
    cases = options.cases or (500 if options.quick else 20_000)
    seconds = 60.0 * (1 if options.quick else options.minutes)
    with postgres() as beside, database(beside, "fuzz") as url:
        product = {"DATABASE_URL": url, "SMS_DELAY": "0", "TRUSTED_PROXY_COUNT": "1"}
        prepare(**product)
        with serving(quiet=True, **product) as server:
            print(f"{cases} cases, --seed {options.seed}")
            return int(fuzz(server, cases, seconds, options.seed) > 0)


if __name__ == "__main__":
    sys.exit(main())
