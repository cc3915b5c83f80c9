"""What tests of the real server share."""

import pytest

from tools.postgres import own_postgres
from tools.server import manage


@pytest.fixture(scope="module")
def database():
    """A PostgreSQL of a module's own, with the tables, that can be stopped and frozen."""
    with own_postgres() as one:
        manage("migrate", "--verbosity", "0", DATABASE_URL=one.url)
        yield one
