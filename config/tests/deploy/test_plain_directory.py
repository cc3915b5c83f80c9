"""The image's content, started step by step in a plain directory."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.server import ROOT, Server, free_port

BUILD_KEY = "build-only-build-only-build-only-build-only"


def allowed():
    """The files that .dockerignore includes."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return [line[1:] for line in lines if line.startswith("!") and line != "!deploy"]


def left_out():
    """The patterns that .dockerignore excludes everywhere."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return [line[3:] for line in lines if line.startswith("**/")]


def files(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def image(tmp_path):
    """A directory with the image's content, and its environment."""
    app, data = tmp_path / "app", tmp_path / "data"
    data.mkdir()
    for name in allowed():
        source, target = ROOT / name, app / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns(*left_out()))
        else:
            shutil.copy2(source, target)
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "DATABASE_URL": f"sqlite:///{data}/db.sqlite3",
        "SECRET_KEY": "k7" * 20,
        "PORT": str(free_port()),
        "WEB_CONCURRENCY": "1",
        "GUNICORN_CMD_ARGS": "--worker-tmp-dir=/dev/shm",
    }
    build = {**environment, "SECRET_KEY": BUILD_KEY, "DATABASE_URL": "sqlite://:memory:"}
    collect = ["python", "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(collect, cwd=app, env=build, check=True)
    return app, environment


def test_nothing_for_development_gets_in(image):
    app, _ = image
    inside = {str(path.relative_to(app)) for path in files(app)}
    assert not [name for name in inside if "test" in name or name.startswith(("bench", "docs"))]
    assert {"config/locale/ru/LC_MESSAGES/django.mo", "users/templates/users/base.html"} <= inside


def test_it_migrates_serves_and_ends_and_writes_no_file_into_its_folder(image):
    app, environment = image
    before, place = files(app), {"cwd": app, "env": environment}
    entrypoint = app / "deploy" / "entrypoint.sh"
    subprocess.run([entrypoint, "python", "manage.py", "migrate", "-v0"], check=True, **place)
    process = subprocess.Popen(
        [entrypoint, "gunicorn", "--config", "config/server/gunicorn.py"], **place
    )
    server = Server(int(environment["PORT"]), process)
    try:
        deadline = time.monotonic() + 30
        while subprocess.run([app / "deploy" / "healthcheck.sh"], **place, stderr=-3).returncode:
            assert time.monotonic() < deadline
            assert process.poll() is None
        assert server.call("GET", "/readyz")[0] == 200
        manifest = next((app / "static" / "admin" / "css").glob("base.*.css"))
        style = f"/static/{manifest.relative_to(app / 'static')}"
        address = f"http://127.0.0.1:{server.port}{style}"
        subprocess.run(
            ["python", "-c", f"from urllib.request import urlopen as o; o({address!r})"],
            check=True,
            **place,
        )
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert files(app) == before
