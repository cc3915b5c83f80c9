"""The page in every language, width and colour scheme; without JavaScript; its weight."""

import pytest
from playwright.sync_api import expect

from config.tests.browser.test_accessibility import LANGUAGES, look
from tools.playground import ANNA, play

BEYOND = """width => [...document.querySelectorAll("body *:not(.skip)")]
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > width + 1)
    .map(one => one.outerHTML.slice(0, 80))"""


def test_it_starts_again_with_new_numbers(page, anna):
    first = anna.log_in().phone
    page.get_by_role("link", name="Start again with new numbers").click()
    expect(anna.root.get_by_role("button", name="Get a code")).to_be_visible()
    assert anna.phone != first


def test_without_javascript_it_says_so(somebody):
    page = somebody(java_script_enabled=False)
    page.goto("/start/")
    expect(page.get_by_text("This page needs JavaScript")).to_be_visible()
    expect(page.locator("[data-playground]")).to_be_hidden()
    leads = page.locator("[data-off] a").evaluate_all("links => links.map(one => one.pathname)")
    assert sorted(leads) == ["/", "/api/docs/"]


@pytest.mark.parametrize(("locale", "ways"), LANGUAGES)
def test_nothing_is_in_the_way_and_nothing_overflows(somebody, locale, ways):
    page = somebody(locale=locale)
    page.goto("/start/")
    look(page, ways[:1])
    anna = page.locator(ANNA)
    number = anna.locator("[name=phone]").input_value()
    anna.locator("[name=phone]").fill("12")
    anna.locator("[data-screen=phone] button").click()
    expect(anna.get_by_role("alert")).to_be_visible()
    look(page, ways[-1:])
    anna.locator("[name=phone]").fill(number)
    play(page)
    look(page, ways)
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(BEYOND, width) == [], width


def test_it_is_small(somebody):
    page, sizes = somebody(), {}
    page.on("requestfinished", lambda one: sizes.update({one.url: one.sizes()["responseBodySize"]}))
    page.goto("/start/", wait_until="networkidle")
    assert len(sizes) <= 10
    assert sum(sizes.values()) <= 50 * 1024, sizes
