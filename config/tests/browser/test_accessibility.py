"""axe-core finds nothing, in light and dark, on a small phone and on a desktop."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from referrals import invites

PHONE, DESKTOP = (320, 640), (1280, 800)
EVERY_WAY = [(scheme, size) for scheme in ("light", "dark") for size in (PHONE, DESKTOP)]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"resultTypes": ["violations"]}


def look(page, ways, rules=RULES, passed_over=()) -> None:
    """At the page as it stands."""
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


# The other language differs in words alone: their width, and which language they are said to be.
LANGUAGES = [("en-GB", EVERY_WAY), ("ru-RU", EVERY_WAY[:1])]


@pytest.mark.parametrize(("locale", "ways"), LANGUAGES)
def test_nothing_is_in_the_way_of_logging_in(somebody, locale, ways):
    page = somebody(locale=locale)
    for path in ("/", "/i/7K2M9X", "/nowhere"):
        page.goto(path)
        look(page, ways)
    page.goto("/")
    page.locator("#phone").fill("12")
    page.locator("main button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, ways)
    page.locator("#phone").fill("+7 916 123-45-67")
    page.locator("main button").click()
    page.locator("#code").fill("0")
    page.locator("main button").first.click()
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
    for path in ("/profile/", "/profile/invitees/", "/profile/delete/"):
        page.goto(path)
        look(page, ways)
