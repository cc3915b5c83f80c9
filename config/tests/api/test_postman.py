"""newman runs the Postman collection against the real server, twice in a row."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.db import connection  # noqa: F401  # for skipif

from config.tests.product import running
from tools.server import ROOT

COLLECTION = ROOT / "Referral system.postman_collection.json"
INSTALLED = ROOT / ".cache" / "newman" / "node_modules" / ".bin" / "newman"
newman = shutil.which("newman") or (str(INSTALLED) if INSTALLED.exists() else None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="on PostgreSQL; once is enough")
@pytest.mark.skipif(
    newman is None and os.environ.get("REQUIRE_E2E") != "1", reason="newman is not installed"
)
def test_the_postman_collection_is_green_twice_in_a_row():
    assert newman, "newman is not installed"
    with running(TRUSTED_PROXY_COUNT="0", SMS_DELAY="0.1") as server:
        for _ in range(2):
            base = f"base_url=http://127.0.0.1:{server.port}"
            command = [newman, "run", str(Path(COLLECTION)), "--env-var", base, "--color", "off"]
            command += ["--global-var", base]
            result = subprocess.run(command, capture_output=True, text=True)
            assert result.returncode == 0, result.stdout[-5000:]
