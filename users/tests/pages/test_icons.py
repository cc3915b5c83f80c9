"""Icons and the manifest exist, have the right size and can be cached."""

import json
from io import BytesIO

import pytest
from PIL import Image

from config.tests.load import once
from users.tests.browsing import Browser

pytestmark = once
KEPT = ["/favicon.ico", "/apple-touch-icon.png", "/icon-192.png", "/preview-en.png"]


def picture(path):
    return Image.open(BytesIO(Browser().get(path).content))


@pytest.mark.parametrize(
    ("path", "size"),
    [("/apple-touch-icon.png", 180), ("/icon-192.png", 192), ("/icon-512.png", 512)],
)
def test_an_icon_has_the_size_it_says(path, size):
    assert picture(path).size == (size, size)


def test_the_favicon_has_the_sizes_of_tabs():
    assert picture("/favicon.ico").info["sizes"] == {(16, 16), (32, 32), (48, 48)}


@pytest.mark.parametrize("path", ["/icon-1.png", "/icon-100000.png", "/icon-x.png"])
def test_no_other_size_is_drawn(path):
    assert Browser().get(path).status_code == 404


@pytest.mark.parametrize("path", [*KEPT, "/site.webmanifest"])
def test_caches_keep_it_for_a_day_and_then_ask(path):
    answer = Browser().get(path)
    assert answer["Cache-Control"] == "public, max-age=86400"
    assert not answer.cookies
    again = Browser().get(path, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", [*KEPT, "/site.webmanifest", "/robots.txt"])
def test_it_can_only_be_read(path):
    assert Browser().head(path).status_code == 200
    assert Browser().put(path).status_code in (403, 405)


@pytest.mark.parametrize(
    ("language", "name"), [("en", "Referral system"), ("ru", "Реферальная система")]
)
def test_the_manifest_names_the_product_and_icons_that_exist(language, name):
    browser = Browser(language=language)
    answer = browser.get("/site.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    found = json.loads(answer.content)
    assert (found["name"], found["lang"]) == (name, language)
    assert {one["purpose"] for one in found["icons"] if "purpose" in one} == {"any", "maskable"}
    drawn = [one for one in found["icons"] if one["type"] == "image/png"]
    assert {browser.get(one["src"]).status_code for one in drawn} == {200}


def test_every_page_names_icons_manifest_and_colors():
    page = Browser().get("/").content.decode()
    for part in (
        'rel="icon"',
        'rel="apple-touch-icon" href="/apple-touch-icon.png"',
        'rel="manifest" href="/site.webmanifest"',
        'name="theme-color" content="#f4f5f9" media="(prefers-color-scheme: light)"',
        'name="theme-color" content="#12141c" media="(prefers-color-scheme: dark)"',
    ):
        assert part in page
