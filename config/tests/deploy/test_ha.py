"""Each program accepts its file of deploy/ha, filled in for three machines."""

import os
import re
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path
from string import Template

import psycopg2
import pytest
import yaml

from config.postgresql import waiting
from config.tests.load import once
from tools.drill import deployment
from tools.drill.registry import program_path
from tools.drill.services import Service, own_folder
from tools.postgres import account
from tools.server import ROOT

pytestmark = once
FILLED = sorted(path.name for path in deployment.FILES.iterdir() if path.name != "machine.env")


def where(program, *, installed_by_ci=False):
    """The program's path; skips or fails the test if it is missing."""
    path = program_path(program)
    if path is None:
        missing = f"{program} is not installed: its file in deploy/ha was not checked"
        required = installed_by_ci and os.environ.get("REQUIRE_E2E")
        (pytest.fail if required else pytest.skip)(missing)
    return path


@pytest.fixture
def folder(tmp_path_factory):
    base = tmp_path_factory.mktemp("ha")
    for parent in (base, *base.parents):
        if parent == Path(tempfile.gettempdir()):
            break
        parent.chmod(0o755)  # read by processes that don't run as root
    return own_folder(base / "machine")


@pytest.fixture
def machine(folder):
    return deployment.of_machine("b", deployment.settings(), folder)


def test_every_variable_of_the_files_is_in_machine_env_and_the_other_way_round():
    texts = "\n".join((deployment.FILES / file).read_text() for file in FILLED)
    named = set(Template(texts).get_identifiers())
    assert named == set(deployment.variables((deployment.FILES / "machine.env").read_text()))


def test_patroni_has_time_to_ask_twice_before_the_primary_is_replaced():
    told = yaml.safe_load((deployment.FILES / "patroni.yml").read_text())["bootstrap"]["dcs"]
    assert told["loop_wait"] + 2 * told["retry_timeout"] <= told["ttl"]


def test_the_settings_that_the_document_explains_are_those_of_the_files():
    texts = "\n".join((deployment.FILES / file).read_text() for file in FILLED)
    rows = (ROOT / "docs" / "ha.md").read_text().split("| Setting |")[1].split("\n\n")[0]
    explained = re.findall(r"^\|[^|`]*`(\w+(?:: | = )\w+)`", rows, re.MULTILINE)
    assert len(explained) > 8
    for setting in explained:
        assert re.search(rf"^\s*{setting}\b", texts, re.MULTILINE), setting


def test_patroni_accepts_its_configuration(machine, folder):
    patroni = where("patroni")
    file = deployment.fill("patroni.yml", machine, folder)
    with ExitStack() as stack:
        for name in "ABC":  # it wants to reach etcd
            stack.enter_context(socket.create_server((machine[name], 2379)))
        command = [patroni, "--validate-config", file]
        result = subprocess.run(command, capture_output=True, text=True, user=account())
    assert (result.returncode, result.stdout) == (0, ""), result.stderr


def test_haproxy_accepts_its_configuration(machine, folder):
    haproxy = where("haproxy")
    file = deployment.fill("haproxy.cfg", machine, folder)
    result = subprocess.run([haproxy, "-c", "-f", file], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "[WARNING]" not in result.stderr


def test_pgbouncer_starts_and_gives_up_before_the_product_does(machine, folder):
    where("pgbouncer", installed_by_ci=True)
    deployment.fill("userlist.txt", machine, folder)
    file = deployment.fill("pgbouncer.ini", machine, folder)
    service = Service(folder, "pgbouncer", str(file))
    try:
        shown = ask_console(machine, service)
    finally:
        service.end()
    assert (shown["server_login_retry"], shown["pool_mode"]) == ("1", "transaction")
    assert float(shown["query_wait_timeout"]) < waiting.ANSWERING


def ask_console(machine, service):
    secret = f"user=admin password={machine['ADMIN_PASSWORD']}"
    deadline = time.monotonic() + 10
    while True:
        try:
            link = psycopg2.connect(f"host={machine['LOCAL']} port=6432 dbname=pgbouncer {secret}")
            break
        except psycopg2.OperationalError:
            assert time.monotonic() < deadline, service.last_words()
            time.sleep(0.05)
    with closing(link):
        link.autocommit = True
        cursor = link.cursor()
        cursor.execute("SHOW CONFIG")
        return {row[0]: row[1] for row in cursor}
