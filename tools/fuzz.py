"""Sends many generated requests to the running product; the schema must cover every answer.

    python -m tools.fuzz [--quick] [--cases N] [--minutes N] [--seed N]

schemathesis generates valid and invalid requests, single ones and sequences along the schema's
links, and runs all of its checks on each answer. Each request comes from its own network, so that
limits hide nothing.
"""

import argparse
import itertools
import secrets
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

import schemathesis
from hypothesis import strategies as st
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events

from tools.postgres import database, postgres
from tools.server import prepare, serving

QUICK_SEED = 767_305  # arbitrary but fixed: what runs on every change must not fail by chance
# A rule may refuse a request that the schema allows, but never because of its form.
FORM = {"parse_error", "required", "null", "blank", "max_length", "null_characters_not_allowed"}
REFUSED = ["400", "401", "403", "404", "405", "409", "413", "414", "415", "429", "431"]
_staff, _networks = itertools.count(1), itertools.count(1)
Config = dict[str, Any]


class Staff:
    """The caller: a member of staff, replaced by a new one when logged out."""

    access: ClassVar = ""

    def get(self, case: Any, _context: Any) -> str:
        """A valid token."""
        Staff.access = Staff.access or as_new_staff()
        return str(Staff.access)

    def set(self, case: Any, access: str, _context: Any) -> None:
        """Log the request in."""
        case.headers["Authorization"] = f"Bearer {access}"


def as_new_staff() -> str:
    """The token of a new member of staff: some calls log out or delete the caller."""
    from django.db import connections

    from users.clients import Client
    from users.models import User
    from users.sessions.lifecycle import open_session
    from users.sessions.tokens import pair

    user = User.objects.create_user(f"+7943{next(_staff):07}", is_staff=True, is_superuser=True)
    session = open_session(user, Client.at("127.0.0.1"))
    connections.close_all()  # nobody else closes those of schemathesis's own threads
    return str(pair(session)["access"])


@schemathesis.hook
def before_call(context: Any, case: Any, _options: Any) -> None:
    """Let each request come from a network of its own, and check every other time a real token."""
    n = next(_networks)
    case.headers["X-Forwarded-For"] = f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
    checks_token = case.operation.path.endswith("/verify/")
    if checks_token and n % 2 and case.meta.generation.mode.is_positive:
        case.body = {"token": Staff().get(case, context)}


@schemathesis.hook
def after_call(_context: Any, _case: Any, response: Any) -> None:
    """Discard a token that is no longer valid."""
    if response.status_code == 401:
        Staff.access = ""


@schemathesis.check
def form_is_no_reason(_context: Any, response: Any, case: Any) -> None:
    """Check that nothing the schema allows is refused because of its form."""
    if case.meta.generation.mode.is_positive and response.status_code == 400:
        codes = {error["code"] for error in response.json()["errors"]}
        if codes & FORM:
            raise AssertionError(f"allowed by the schema, yet {codes & FORM}")


def configured(cases: int, number: int, seconds: float = 0) -> Config:
    """How schemathesis runs: with all checks, and so many cases per call and per sequence.

    The same `number` makes the same cases. It ends after so many `seconds`; without that it leaves
    out the phase that goes over the bounds of every value, and ends when it is done.
    """
    config: Config = {
        "seed": number,
        "continue-on-failure": True,
        "rate-limit": "9999/s",  # without a limit, schemathesis waits after each 429
        "generation": {"mode": "all", "max-examples": cases, "database": "none"},
        "checks": {
            "positive_data_acceptance": {"expected-statuses": ["2xx", *REFUSED, "503"]},
            "negative_data_rejection": {"expected-statuses": REFUSED},
        },
        "phases": {"coverage": {"enabled": bool(seconds)}, "stateful": {"max-steps": 5}},
    }
    return config | ({"max-time": int(seconds)} if seconds else {})


def schema_of(base: str, config: Config) -> Any:
    """The schema of the server at `base`, with the caller's authentication."""
    schemathesis.openapi.format("phone", st.from_regex(r"(\+7|8) ?9[0-9]{9}", fullmatch=True))
    schema = schemathesis.openapi.from_url(
        f"{base}/api/schema/?format=json", config=SchemathesisConfig.from_dict(config)
    )
    schema.auth(refresh_interval=None)(Staff)
    return schema


def problems(schema: Any, tried: Counter[str]) -> Iterator[str]:
    """Run it; returns answers that the schema doesn't cover, and counts requests in `tried`."""
    for event in engine.from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            tried.update(node.value.operation.label for node in event.recorder.cases.values())
            for check in itertools.chain(*event.recorder.checks.values()):
                if found := check.failure_info:
                    yield f"{check.name}: {found.failure}\n{found.code_sample}"
        elif isinstance(event, events.NonFatalError | events.FatalError):
            yield repr(getattr(event, "value", None) or getattr(event, "exception", event))


def main() -> int:
    """Exit with 1 if the schema doesn't cover an answer."""
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz")
    parser.add_argument("--quick", action="store_true", help="200 cases in half a minute")
    parser.add_argument("--cases", type=int, help="how many in all, about")
    parser.add_argument("--minutes", type=float, default=20, help="at most so long in all")
    parser.add_argument("--seed", type=int, help="a random one, but for the quick form")
    options = parser.parse_args()
    seed = options.seed or (QUICK_SEED if options.quick else secrets.randbelow(10**6))
    cases = options.cases or (200 if options.quick else 20_000)
    seconds = 60.0 * (1 if options.quick else options.minutes)
    with postgres() as beside, database(beside, "fuzz") as url:
        product = {"DATABASE_URL": url, "SMS_DELAY": "0", "TRUSTED_PROXY_COUNT": "1"}
        prepare(**product)
        with serving(quiet=True, **product) as server:
            # Each call gets this many cases, and the sequences of up to five steps the same again.
            config = configured(max(1, cases // 25), seed, seconds)
            print(f"about {cases} cases, --seed {seed}", flush=True)
            tried, failed = Counter[str](), 0
            for problem in problems(schema_of(server.base, config), tried):
                failed += 1
                print(problem, flush=True)
    print(*(f"{count:6} {call}" for call, count in sorted(tried.items())), sep="\n")
    print(f"{sum(tried.values())} cases, {failed} answers not foreseen")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
