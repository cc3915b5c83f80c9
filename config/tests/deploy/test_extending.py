"""Runs the example in docs/extending.md with the real server."""

import re
import sqlite3
from contextlib import closing
from functools import partial

import pytest

from config.tests.load import once
from tools import server
from tools.server import ROOT

pytestmark = once  # it brings its own database
PAGE = (ROOT / "docs" / "extending.md").read_text()
CLUMSY = """
from django.apps import AppConfig


def fail(**kwargs):
    raise RuntimeError("a listener's own fault")


def refuse_one(user, **kwargs):
    if user.phone == "+79160000013":
        raise RuntimeError("this login is rolled back")


class ClumsyConfig(AppConfig):
    name = "clumsy"

    def ready(self):
        from django.contrib.auth.signals import user_logged_in
        from referrals.signals import invite_code_activated
        from users.signals import user_registered

        user_registered.connect(fail)
        invite_code_activated.connect(fail)
        user_logged_in.connect(refuse_one)
"""
ANNA, BORIS, UNLUCKY = "+79160000001", "+79160000002", "+79160000013"


def files():
    """The files in the page, by path."""
    blocks = re.findall(r"^```python\n# (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return dict(blocks)


@pytest.fixture
def shop_settings(tmp_path):
    """The page's settings, with another app before it whose receivers fail."""
    code = files() | {
        "clumsy/apps.py": CLUMSY,
        "clumsy/settings.py": 'from rewards.settings import *\nINSTALLED_APPS.insert(0, "clumsy")',
    }
    for path, text in code.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for package in {file.parent for file in tmp_path.rglob("*.py")} | {
        tmp_path / "rewards/management"
    }:
        (package / "__init__.py").touch()
    return {
        "DJANGO_SETTINGS_MODULE": "clumsy.settings",
        "PYTHONPATH": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/shop.sqlite3",
        "SMS_DELAY": "0",
        "WEB_CONCURRENCY": "1",
    }


@pytest.fixture
def shop(shop_settings):
    """The product with the app, started as described in the page."""
    commands = re.findall(r"^    \S+ manage\.py (.+)$", PAGE, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        server.manage(*command.split(), "--verbosity", "0", **shop_settings)
    with server.serving(**shop_settings) as one:
        yield one


@pytest.fixture
def rewards(shop_settings):
    """The points by phone."""

    def read():
        path = shop_settings["DATABASE_URL"].removeprefix("sqlite:///")
        with closing(sqlite3.connect(path)) as link:
            rows = link.execute(
                "SELECT phone, points FROM rewards_reward"
                " JOIN users_user ON users_user.id = user_id ORDER BY phone, points"
            )
            return list(rows)

    return read


def log_in(shop, phone):
    """Log in; returns a function that makes calls."""
    return partial(shop.call, access=shop.log_in(phone)["access"])


def test_rewards_are_given_once_for_what_was_committed_whatever_other_receivers_do(
    shop, shop_settings, rewards
):
    anna, boris = log_in(shop, ANNA), log_in(shop, BORIS)
    assert rewards() == [(ANNA, 50), (BORIS, 50)]

    code = {"invite_code": anna("GET", "/api/v1/profile/")[1]["invite_code"]}
    activate = "POST", "/api/v1/profile/activate/"
    assert boris(*activate, {"invite_code": "ZZZZZ2"})[0] == 400
    assert rewards() == [(ANNA, 50), (BORIS, 50)]
    assert boris(*activate, code)[0] == 200
    given = [(ANNA, 50), (ANNA, 100), (BORIS, 50)]
    assert rewards() == given

    assert boris(*activate, code)[0] == 200
    log_in(shop, ANNA)
    assert rewards() == given, "what is repeated is not told again"

    _, sent = shop.call("POST", "/api/v1/auth/code/", {"phone": UNLUCKY})
    body = {"phone": UNLUCKY, "code": sent["code"]}
    assert shop.call("POST", "/api/v1/auth/token/", body)[0] == 500
    assert rewards() == given, "what is rolled back is not told"

    assert boris("DELETE", "/api/v1/profile/")[0] == 204
    assert log_in(shop, BORIS)(*activate, code)[0] == 200
    assert rewards() == given, "for one phone an inviter is rewarded once"

    with closing(sqlite3.connect(shop_settings["DATABASE_URL"].removeprefix("sqlite:///"))) as link:
        link.execute("DELETE FROM rewards_reward WHERE points = 100")
        link.commit()
    server.manage("give_missed_rewards", **shop_settings)
    assert rewards() == given, "what was missed is made up for, and nothing is given twice"
