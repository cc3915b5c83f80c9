"""robots.txt."""

from urllib.robotparser import RobotFileParser

import pytest

from config.tests.load import once
from users.tests.browsing import Browser

pytestmark = once


@pytest.fixture
def rules():
    parser = RobotFileParser()
    parser.parse(Browser().get("/robots.txt").content.decode().splitlines())
    return parser


@pytest.mark.parametrize("path", ["/api/", "/api/docs/", "/api/v1/profile/", "/admin/", "/admin/x"])
def test_api_and_admin_are_not_for_them(rules, path):
    assert not rules.can_fetch("Googlebot", path)


@pytest.mark.parametrize("path", ["/", "/help/", "/i/7K2M9X", "/preview-en.png"])
def test_what_messengers_preview_and_what_says_noindex_can_be_read(rules, path):
    assert rules.can_fetch("TelegramBot", path)
