"""`make run` and `make demo` for a newcomer: in any folder, with only PATH and HOME set."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from urllib.request import urlopen

import pytest

from config.tests.load import once
from tools.server import ROOT, free_port

pytestmark = once

NEEDED = ("Makefile", "manage.py", "config", "users", "referrals")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A fresh clone with its environment already installed; its path has blanks."""
    folder = tmp_path_factory.mktemp("new comer") / "my checkout"
    folder.mkdir()
    for name in NEEDED:
        if (ROOT / name).is_dir():
            left_out = shutil.ignore_patterns("tests", "__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=left_out)
        else:
            shutil.copy(ROOT / name, folder)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def make(checkout, target, **settings):
    """The make command, which considers the environment up to date."""
    bare = {name: os.environ[name] for name in ("PATH", "HOME")}
    command = ["make", "--old-file", ".venv/runtime", target]
    return {"args": command, "cwd": checkout, "env": {**bare, **settings}, "text": True}


@contextmanager
def running(checkout, end=signal.SIGTERM, log=subprocess.DEVNULL, **settings):
    """Start `make run`; the last lines it prints, until the block ends."""
    process = subprocess.Popen(
        **make(checkout, "run", **settings),
        stdout=subprocess.PIPE,
        stderr=log,
        process_group=0,
    )
    with process.stdout as said:
        try:
            lines = []
            while not lines or not lines[-1].startswith("Admin:"):
                line = said.readline()
                assert line, "make run has ended"
                lines += [line.rstrip()] if not line.startswith("Wrote .env") else []
            yield lines
        finally:
            os.killpg(process.pid, end)
            process.wait(30)
        assert said.read() == ""


def complaint(result):
    """The only line that a failed command prints."""
    assert result.returncode != 0
    lines = [line for line in result.stderr.splitlines() if not line.startswith("make: ***")]
    assert len(lines) == 1, result.stderr
    return lines[0]


def test_make_run_says_where_everything_is_as_soon_as_it_is_there(checkout):
    port = free_port()
    with running(checkout, PORT=str(port)) as lines:
        places = [re.search(r"http://\S+", line)[0] for line in lines]
        base = f"http://127.0.0.1:{port}"
        assert places == [f"{base}/start/", f"{base}/", f"{base}/api/docs/", f"{base}/admin/"]
        for place in places:
            with urlopen(place, timeout=20) as answer:  # works at the first try
                assert answer.status == 200
        assert "make demo" in lines[-1]
        assert "manage.py createsuperuser" in lines[-1]


def test_ctrl_c_ends_it_without_a_traceback(checkout, tmp_path):
    log, port = tmp_path / "log", str(free_port())
    with (
        log.open("w") as stderr,
        running(checkout, end=signal.SIGINT, log=stderr, PORT=port) as lines,
        urlopen(lines[0].split()[1], timeout=20),  # so its workers are up
    ):
        pass
    assert "Shutting down" in log.read_text()
    assert "Traceback" not in log.read_text()


def test_demo_data_has_links_to_the_same_place(checkout, tmp_path):
    settings = {"PORT": "8123", "DATABASE_URL": f"sqlite:///{tmp_path}/demo.sqlite3"}
    first = subprocess.check_output(**make(checkout, "demo", **settings))
    assert re.findall(r"http://\S+", first) == [
        "http://127.0.0.1:8123/admin/",
        "http://127.0.0.1:8123/",
    ]
    settings["PUBLIC_URL"] = "https://referrals.example"
    again = subprocess.check_output(**make(checkout, "demo", **settings))
    assert "nothing was added" in again
    assert "https://referrals.example/admin/" in again


def test_the_environment_wins_over_the_file(checkout):
    port = free_port()
    file = f"SECRET_KEY={'k7' * 20}\nDEBUG=false\nPORT=1\nHOST=nowhere.invalid\n"
    (checkout / ".env").write_text(file)
    try:
        with running(checkout, PORT=str(port), HOST="127.0.0.1") as lines:
            assert lines[0].endswith(f"http://127.0.0.1:{port}/"), "there is nothing to play with"
            assert "make demo" not in lines[-1], "without DEBUG it refuses"
    finally:
        (checkout / ".env").unlink()


def test_a_port_in_use_is_one_line_that_names_the_way_out(checkout, tmp_path):
    database = tmp_path / "db.sqlite3"
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        settings = {"PORT": str(port), "DATABASE_URL": f"sqlite:///{database}"}
        said = complaint(
            subprocess.run(**make(checkout, "run", **settings), capture_output=True, timeout=30)
        )
    assert f"127.0.0.1:{port}" in said
    assert f"PORT={port + 1} make run" in said
    assert not database.exists(), "the port is looked at before the database"


def test_an_address_of_another_machine_is_one_line(checkout):
    settings = {"HOST": "192.0.2.1", "PORT": str(free_port())}
    result = subprocess.run(**make(checkout, "run", **settings), capture_output=True)
    assert complaint(result).startswith("HOST=192.0.2.1 ")
