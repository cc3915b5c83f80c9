"""Backups under load, restored elsewhere by the commands in docs/deploy.md."""

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

from config.tests.factories import new_phone
from config.tests.load import ACTIVATE, PROFILE, Load, once
from tools.postgres import database, own_postgres
from tools.server import ROOT, environment, manage, serving

pytestmark = once  # each brings its own database
ENOUGH = 15  # people who join before the backup starts, and after it


def commands():
    """The shell blocks of the section on backups, in order."""
    text = (ROOT / "docs" / "deploy.md").read_text()
    section = text.partition("## Back up and restore\n")[2].partition("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


class Place:
    """A directory to run the commands in, with these programs and settings."""

    def __init__(self, folder, programs, **settings):
        self.folder = folder
        path = f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.environment = {**environment(**settings), "PATH": path, "PYTHONPATH": str(ROOT)}
        (folder / "manage.py").symlink_to(ROOT / "manage.py")

    def run(self, block):
        """Run the commands; returns the output of the last one."""
        done = subprocess.run(
            ["sh", "-ec", block],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return done.stdout


def running(url):
    settings = {"SMS_DELAY": "0", "TRUSTED_PROXY_COUNT": "1", "WEB_CONCURRENCY": "1"}
    return serving(DATABASE_URL=url, **settings)


def back_up(server, inviter, block, place):
    """Run the commands while people join; returns those who joined before, and all."""
    numbers = itertools.count()

    def join(thread):
        phone, address = new_phone(), f"10.{thread}.{next(numbers) % 250}.1"
        access = server.log_in(phone, address)["access"]
        status, _ = server.call("POST", ACTIVATE, {"invite_code": inviter}, access)
        assert status == 200
        return phone, access

    with Load(3, join) as load:
        load.await_results(ENOUGH)
        before = list(load.results)
        place.run(block)
        load.await_results(len(load.results) + ENOUGH)
    return before, load.results


def use(server, code, before, everyone):
    """Check that those who `joined` exist and everything works; how many of `everyone` exist.

    Some may have logged in before the moment of the backup and activated the code after it.
    """
    for phone, access in before:
        status, profile = server.call("GET", PROFILE, access=access)
        assert (status, profile["phone"], profile["activated_invite_code"]) == (200, phone, code)
    assert server.log_in(before[0][0])["is_new_user"] is False
    assert server.log_in(new_phone())["is_new_user"] is True
    profiles = [server.call("GET", PROFILE, access=access)[1] for _, access in everyone]
    return [profile.get("activated_invite_code") for profile in profiles].count(code)


def back_up_and_restore(url, restored_url, place, block, restore):
    with running(url) as server:
        owner = server.log_in(new_phone())["access"]
        code = server.call("GET", PROFILE, access=owner)[1]["invite_code"]
        before, everyone = back_up(server, code, block, place)
    assert place.run(restore) == "0 counters mended.\n"
    with running(restored_url) as server:
        joined = use(server, code, before, everyone)
        count = server.call("GET", PROFILE, access=owner)[1]["invitees_count"]
    assert len(before) <= joined <= count < len(everyone), "each moment is whole, and the past one"


def test_a_backup_of_postgresql_under_writes_is_restored_whole(tmp_path):
    back, restore, _, _ = commands()
    with own_postgres() as server, database(server.url, "restored") as restored:
        manage("migrate", "-v0", DATABASE_URL=server.url)
        place = Place(tmp_path, server.programs, DATABASE_URL=server.url)
        place.environment["NEW_DATABASE_URL"] = restored
        back_up_and_restore(server.url, restored, place, back, restore)


def test_a_backup_of_sqlite_under_writes_is_restored_whole(tmp_path):
    _, _, back, restore = commands()
    url = f"sqlite:///{tmp_path}/db.sqlite3"
    manage("migrate", "-v0", DATABASE_URL=url)
    place = Place(tmp_path, tmp_path, DATABASE_URL=url)
    back_up_and_restore(url, url, place, back, restore)
