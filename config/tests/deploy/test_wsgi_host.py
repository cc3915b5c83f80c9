"""The product on a plain WSGI host."""

import re
import subprocess
import sys

import pytest

from config.tests.factories import new_phone
from config.tests.load import ACTIVATE, PROFILE, once, retry
from tools.server import ROOT, Server, environment, free_port, manage

SERVE = """
from wsgiref.simple_server import make_server
make_server("127.0.0.1", {port}, application).serve_forever()
"""


@pytest.fixture
def host(tmp_path):
    """`config.wsgi` on SQLite in a separate process, by the file in docs/deploy.md."""
    settings = {"DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3", "SMS_DELAY": "0"}
    manage("migrate", "-v0", **settings)
    shown = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "deploy.md").read_text(), re.DOTALL)
    port, file = free_port(), tmp_path / "wsgi_file.py"
    file.write_text(shown[1].replace("/home/you/referrals", str(ROOT)) + SERVE.format(port=port))
    process = subprocess.Popen(
        [sys.executable, file], cwd=tmp_path, env=environment(**settings), stdout=-3, stderr=-3
    )
    server = Server(port, process)

    def ready():
        assert process.poll() is None
        try:
            return server.call("GET", "/readyz")[0] == 200 or None
        except OSError:
            return None  # not yet

    try:
        retry(ready, seconds=60)
        yield server
    finally:
        process.terminate()
        process.wait(30)


@once
def test_a_wsgi_host_serves_login_profile_and_activation(host):
    inviter, invitee = (host.log_in(new_phone())["access"] for _ in range(2))
    code = host.call("GET", PROFILE, access=inviter)[1]["invite_code"]
    status, profile = host.call("POST", ACTIVATE, {"invite_code": code}, invitee)
    assert (status, profile["activated_invite_code"]) == (200, code)
    assert host.call("GET", PROFILE, access=inviter)[1]["invitees"] == [profile["phone"]]
    status, refused = host.call("POST", ACTIVATE, {"invite_code": "ZZZZZ2"}, inviter)
    assert (status, refused["errors"][0]["code"]) == (400, "unknown_invite_code")
    assert host.call("GET", PROFILE)[0] == 401
