"""Link previews for messengers: text and picture in the requested language."""

import html
import re
from io import BytesIO

import pytest
from PIL import Image

from config.tests.load import once
from users.pages import pictures
from users.tests.browsing import Browser

pytestmark = once
SITE = "http://127.0.0.1:8000"


def tags(page):
    """The page's Open Graph and Twitter tags, each with all its values."""
    found = {}
    pattern = r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)">'
    for name, value in re.findall(pattern, page.content.decode()):
        found.setdefault(name, []).append(html.unescape(value))
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


@pytest.mark.parametrize(
    ("language", "title", "locale", "other"),
    [("en", "Log in by phone", "en_US", "ru_RU"), ("ru", "Вход по телефону", "ru_RU", "en_US")],
)
def test_a_preview_is_in_the_language_that_is_asked_for(language, title, locale, other):
    found = tags(Browser(language=language).get("/"))
    assert found["og:title"] == found["twitter:title"] == title
    assert found["og:description"] == found["twitter:description"] != ""
    assert found["og:url"] == f"{SITE}/"
    assert (found["og:locale"], found["og:locale:alternate"]) == (locale, other)
    assert found["og:image"] == found["twitter:image"] == f"{SITE}/preview-{language}.png"
    assert found["twitter:card"] == "summary_large_image"


def test_the_addresses_are_those_of_the_public_site(settings):
    settings.PUBLIC_URL = "https://example.org"
    found = tags(Browser().get("/"))
    assert found["og:url"] == "https://example.org/"
    assert found["og:image"] == "https://example.org/preview-en.png"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_picture_is_as_large_as_the_tags_say(language):
    found = tags(Browser(language=language).get("/"))
    answer = Browser().get(found["og:image"].removeprefix(SITE))
    picture = Image.open(BytesIO(answer.content))
    size = (int(found["og:image:width"]), int(found["og:image:height"]))
    assert picture.size == size == (1200, 630)
    assert answer["Content-Type"] == found["og:image:type"] == "image/png"
    assert len(answer.content) < 100_000, "messengers load it on the way to the message"


def test_each_language_has_a_picture_of_its_own():
    assert pictures.preview("en") != pictures.preview("ru")


@pytest.mark.parametrize("letter", "ЖщяЁъ—…")
def test_the_font_has_the_letters_that_are_drawn(letter):
    font = pictures._font("Bold", 40)
    missing = bytes(font.getmask("\u0378"))
    assert bytes(font.getmask(letter)) != missing


def test_a_long_text_is_broken_between_words():
    font = pictures._font("Bold", 88)
    lines = pictures._lines("Join with just your phone number", font, 900).split("\n")
    assert len(lines) > 1
    assert " ".join(lines) == "Join with just your phone number"
    assert max(map(font.getlength, lines)) <= 900


def test_it_is_drawn_once():
    before = pictures.preview.cache_info().misses
    for _ in range(3):
        Browser().get("/preview-en.png")
    assert pictures.preview.cache_info().misses <= before + 1


@pytest.mark.parametrize("language", ["de", "xx", "..", "EN", "en-"])
def test_there_is_none_in_other_languages(language):
    assert Browser().get(f"/preview-{language}.png").status_code == 404
