"""A typed or pasted phone is grouped for reading and stays the same number."""

import random
import re
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tools import phone_groups
from users.errors import InvalidPhone
from users.phones import default_country, parse_phone
from users.tests.test_phone_numbers import REFUSED, WRITTEN

# As found in address books, on web pages, in messengers and on business cards.
PASTED = [
    ("+7 916 123-45-67", "+7 916 123-45-67"),
    ("89161234567", "8 916 123-45-67"),
    ("8 (916) 123-45-67", "8 916 123-45-67"),
    ("9161234567", "916 123-45-67"),
    ("79161234567", "7 916 123-45-67"),
    ("00 7 916 123-45-67", "00 7 916 123-45-67"),
    ("tel:+7-916-123-45-67", "+7 916 123-45-67"),
    ("\u202a+7\u00a0916\u00a0123\u201345\u201367\u202c", "+7 916 123-45-67"),
    ("＋７（９１６）１２３－４５－６７", "+7 916 123-45-67"),
    ("٨٩١٦١٢٣٤٥٦٧", "8 916 123-45-67"),
]
FOREIGN = [
    ("+447400123456", "+44 7400 123456"),
    ("+12015550123", "+1 201-555-0123"),
    ("+33612345678", "+33 6 12 34 56 78"),
    ("+9989123", "+998 91 23"),
    ("+", "+"),
    ("+0", "+0"),
    ("anna@example.org", "anna@example.org"),
]
PIECES = ["+", "00", "0", "8", "06", "7", "44", "916", "7400", "123", "45", "-", " ", "(", ")"]
EXAMPLES = [
    "07400 123456",
    "447400123456",
    "(201) 555-0123",
    "1-201-555-0123",
    "06 20 123 4567",
    "612 34 56 78",
    "0151 23456789",
    "49 (0) 151 23456789",
]
RIGHT = "ArrowRight"
EDITS = [  # where the caret stands behind the 9 of +7 916 123-45-67
    (["5"], "+7 951 612-34-567", 5),
    (["Delete"], "+7 961 234-56-7", 4),
    ([RIGHT, RIGHT, "Backspace"], "+7 911 234-56-7", 5),
    ([RIGHT, RIGHT, "Delete"], "+7 916 123-45-67", 7),  # over the blank
    ([RIGHT, RIGHT, "Delete", "Delete"], "+7 916 234-56-7", 7),
    ([RIGHT, RIGHT, RIGHT, "Backspace"], "+7 916 123-45-67", 6),  # likewise
]
PASTE = """(field, text) => {
    field.focus();
    field.select();
    document.execCommand("insertText", false, text);
    return field.value;
}"""
TYPE = """(field, [texts, country, trunk]) => texts.map((text) => {
    Object.assign(field.dataset, { country, trunk });
    field.value = text;
    field.dispatchEvent(new InputEvent("input"));
    return field.value;
})"""


@pytest.fixture
def field(page):
    page.goto("/")
    return page.get_by_label("Phone number")


def phone_in(text):
    with suppress(InvalidPhone):
        return parse_phone(text)


def test_a_pasted_number_is_shown_as_people_read_it(field):
    for text, shown in PASTED + FOREIGN:
        assert field.evaluate(PASTE, text) == shown
        assert phone_in(shown) == phone_in(text)


def test_what_the_script_makes_of_a_number_is_the_same_number(field, settings):
    for region in ("RU", "GB", "US", "HU", "ES", "DE"):
        settings.PHONE_REGION = region
        chance = random.Random(region)
        texts = ["".join(chance.choices(PIECES, k=chance.randint(1, 12))) for _ in range(300)]
        texts += [plus + one for plus in ("", "+") for one in EXAMPLES]
        texts += [one for one in [*WRITTEN, *REFUSED] if "\n" not in one and "\0" not in one]
        made = field.evaluate(TYPE, [texts, *default_country()])
        for text, shown in zip(texts, made, strict=True):
            assert phone_in(shown) == phone_in(text), (region, text, shown)


def test_the_table_of_groups_is_what_the_library_says():
    assert f'"{phone_groups.groups()}"' in phone_groups.FILE.read_text()


def test_a_number_is_grouped_while_it_is_typed(field):
    seen = []
    for digit in "+79161234567":
        field.press_sequentially(digit)
        seen.append(field.input_value())
    assert seen[:6] == ["+", "+7", "+7 9", "+7 91", "+7 916", "+7 916 1"]
    assert seen[-1] == "+7 916 123-45-67"


def test_the_caret_stays_where_one_edits(field):
    for keys, shown, caret in EDITS:
        field.fill("+79161234567")
        field.evaluate("field => field.setSelectionRange(4, 4)")  # behind the 9
        for key in keys:
            field.press(key)
        assert field.input_value() == shown, keys
        assert field.evaluate("field => field.selectionStart") == caret, keys


@pytest.mark.parametrize("script", [True, False])
def test_a_typed_number_outlives_a_switch_of_language(somebody, script):
    page = somebody(java_script_enabled=script)
    page.goto("/")
    page.get_by_label("Phone number").fill("+7 916 12")
    if script:  # after a refusal, too
        page.get_by_label("Phone number").press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
    addresses = []
    page.on("request", lambda request: addresses.append(request.url))
    page.get_by_role("button", name="Русский").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Вход по телефону")
    expect(page.get_by_label("Номер телефона")).to_have_value("+7 916 12")
    parts = [urlsplit(address) for address in addresses]
    assert not any("916" in f"{one.path}?{one.query}" for one in parts)  # its port may


def test_a_number_is_tidied_after_a_refusal_without_a_script(somebody):
    page = somebody(java_script_enabled=False)
    page.goto("/")
    page.get_by_label("Phone number").fill("8(916)1234567")
    page.get_by_label("Phone number").press("Enter")
    expect(page).to_have_url(re.compile("/code/$"))
    page.goto("/")
    page.get_by_label("Phone number").fill("8(916)1234567")
    page.get_by_label("Phone number").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("A code was sent a moment ago")
    expect(page.get_by_label("Phone number")).to_have_value("+7 916 123-45-67")


def test_the_page_of_a_refusal_is_reloaded_without_asking_again(anna):
    page, sent = anna.page, []
    page.goto("/")
    page.get_by_label("Phone number").fill("12")
    page.get_by_label("Phone number").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.on("request", lambda request: sent.append(request.method))
    page.reload()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert "POST" not in sent
