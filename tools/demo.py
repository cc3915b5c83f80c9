"""Runs the product with made-up data."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tools import server
from tools.server import manage


@dataclass(frozen=True)
class Demo:
    """The addresses of the server and of one in development mode, and who can log in."""

    base: str
    playground: str
    staff: str
    password: str
    star: str


@contextmanager
def serving() -> Iterator[Demo]:
    """A server with its own made-up data, for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3",
            "PUBLIC_URL": "http://referrals.example",
            "SMS_DELAY": "0",
            "TRUSTED_PROXY_COUNT": "1",
        }
        manage("migrate", "--verbosity", "0", **settings)
        server.collect_static()
        said = manage("demo", "--force", **settings)
        found = re.search(r"phone (\S+)\s+password (\S+)\s.*phone (\S+)", said, re.DOTALL)
        assert found, said
        with (
            server.serving(quiet=True, **settings) as one,
            server.serving(quiet=True, **settings | {"DEBUG": "true"}) as two,
        ):
            yield Demo(one.base, two.base, *found.groups())
