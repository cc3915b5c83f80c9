"""axe-core finds nothing, in light and dark, on a small phone and on a desktop."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from config.tests.browser.widths import fits
from referrals import invites

PROFILE = (
    "/profile/",
    "/profile/qr/",
    "/profile/invitees/",
    "/profile/settings/",
    "/profile/phone/",
    "/profile/delete/",
)
VISITORS = ("/", "/i/7K2M9X", "/i/x", "/help/", "/privacy/", "/nowhere")
PHONE, DESKTOP = (320, 640), (1280, 800)
EVERY_WAY = [(scheme, size) for scheme in ("light", "dark") for size in (PHONE, DESKTOP)]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"resultTypes": ["violations"]}


def look(page, ways, rules=RULES, passed_over=()) -> None:
    """Run axe-core on the page."""
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], page.url
    for scheme, (width, height) in ways:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": height})
        found = (
            Axe()
            .run(page, {"exclude": [[one] for one in passed_over]}, {"runOnly": rules, **OPTIONS})
            .response["violations"]
        )
        seen = [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found
            for node in one["nodes"]
        ]
        assert seen == [], f"{page.url}, {scheme}, {width} px"


LANGUAGES = [(locale, EVERY_WAY) for locale in ("en-GB", "ru-RU")]


@pytest.mark.parametrize(("locale", "ways"), LANGUAGES)
def test_nothing_is_in_the_way_of_logging_in(somebody, locale, ways):
    page = somebody(locale=locale)
    for path in VISITORS:
        page.goto(path)
        look(page, ways)
        fits(page)
    page.goto("/")
    page.locator("#phone").fill("12")
    page.locator("main button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, ways)
    page.locator("#phone").fill("+7 916 123-45-67")
    page.locator("main button").click()
    page.locator("#code").fill("0")
    page.locator("#code").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, ways)


@pytest.mark.parametrize(("locale", "ways"), LANGUAGES)
def test_nothing_is_in_the_way_of_a_user(somebody, logged_in, join, locale, ways):
    user, friend = join(first_name="Anna"), join()
    page = logged_in(user, locale=locale)
    page.locator("#invite_code").fill("ZZZ999")
    page.locator("form[action='/profile/activate/'] button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, ways)
    invites.activate(user, friend.invite_code.value)
    for _ in range(51):
        invites.activate(join(), user.invite_code.value)
    for path in PROFILE:
        page.goto(path)
        look(page, ways)
        fits(page)


@pytest.mark.parametrize(("locale", "ways"), LANGUAGES)
def test_nothing_is_in_the_way_of_an_invitation(logged_in, join, locale, ways):
    user, friend = join(), join()
    page = logged_in(user, locale=locale)
    for code in (friend.invite_code.value, user.invite_code.value):
        page.goto(f"/i/{code}")
        expect(page.locator("#invitation")).to_be_visible()
        look(page, ways)
        fits(page)
    invites.activate(user, friend.invite_code.value)
    for code in (friend.invite_code.value, "7K2M9X"):
        page.goto(f"/i/{code}")
        expect(page.locator("#invitation")).to_be_visible()
        fits(page)
