"""Counting opened invite links, as far as possible only by people."""

import pytest

from users import signals
from users.tests.browsing import Browser

pytestmark = pytest.mark.django_db
LINK = "/i/7K2M9X"


@pytest.fixture
def opened(monkeypatch):
    """The codes of the links that were opened."""
    codes = []
    monkeypatch.setitem(signals._listeners, "invite link opened", [])
    signals.listen("invite link opened", lambda code: codes.append(code))
    return codes


def test_an_opened_link_is_an_event_with_its_code(opened):
    Browser().get("/i/7k2-m9x")
    assert opened == ["7K2M9X"]


def test_who_is_logged_in_counts_too(opened, my_browser):
    my_browser.get(LINK)
    assert opened == ["7K2M9X"]


def test_a_browser_that_has_the_invitation_already_counts_once(opened):
    browser = Browser()
    for link in (LINK, LINK, "/i/222BBB", LINK):
        browser.get(link)
    assert opened == ["7K2M9X", "222BBB", "7K2M9X"]


def test_whether_a_code_exists_makes_no_difference(opened, friend):
    Browser().get(f"/i/{friend.invite_code.value}")
    Browser().get("/i/222BBB")
    assert opened == [friend.invite_code.value, "222BBB"]


def test_what_can_be_no_code_is_no_link(opened):
    Browser().get("/i/x")
    assert opened == []


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "curl/8.0",
        "TelegramBot (like TwitterBot)",
        "WhatsApp/2.23.20.0 A",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Mozilla/5.0 (Macintosh) Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
        "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    ],
)
def test_a_preview_is_no_visit(opened, agent):
    Browser().get(LINK, headers={"User-Agent": agent})
    assert opened == []


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 12; CUBOT P60) Chrome/130.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile [FB_IAB/FB4A;FBAV/480.0]",
    ],
)
def test_a_browser_is_a_visit(opened, agent):
    Browser().get(LINK, headers={"User-Agent": agent})
    assert opened == ["7K2M9X"]


@pytest.mark.parametrize("header", ["Sec-Purpose", "Purpose"])
def test_a_page_loaded_just_in_case_is_no_visit(opened, header):
    Browser().get(LINK, headers={header: "prefetch"})
    assert opened == []


def test_asking_for_headers_alone_is_no_visit(opened):
    Browser().head(LINK)
    assert opened == []
