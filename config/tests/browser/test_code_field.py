"""A typed, pasted or tapped code is submitted at once, and only once."""

import re

import pytest
from playwright.sync_api import expect

from config.tests.browser.person import Person
from config.tests.browser.test_accessibility import EVERY_WAY, look
from config.tests.browser.widths import fits
from users.models import Challenge
from users.tests.login.test_pasted_codes import AMBIGUOUS, FORMS, written

PROFILE = re.compile("/profile/$")
PASTE = """(field, texts) => {
    delete field.form.dataset.auto;
    return texts.map((text) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text", text);
        field.value = "";
        field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, cancelable: true }));
        return field.value;
    });
}"""


def paste(page, text):
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.locator("#code").press("Control+V")


def posts(page):
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    return sent


def test_a_pasted_message_logs_in(somebody):
    anna = Person(somebody(permissions=["clipboard-read", "clipboard-write"]))
    anna.ask_for_a_code()
    paste(anna.page, f"Ваш код: {anna.code}\n\n@example.org #{anna.code}")
    expect(anna.page).to_have_url(PROFILE)


def test_a_pasted_message_logs_in_without_a_script(somebody):
    anna = Person(somebody(java_script_enabled=False), script=False)
    anna.ask_for_a_code()
    anna.enter(f"Your code: {anna.code}\n\n@example.org #{anna.code}")
    expect(anna.page).to_have_url(PROFILE)


def test_the_script_finds_what_the_server_finds(anna):
    anna.ask_for_a_code()
    field = anna.page.locator("#code")
    texts = [written(form) for form in FORMS]
    assert field.evaluate(PASTE, texts) == ["0421"] * len(texts)
    assert field.evaluate(PASTE, AMBIGUOUS) == [""] * len(AMBIGUOUS)


def test_the_last_digit_sends_the_code_once(anna):
    anna.ask_for_a_code()
    sent, code = posts(anna.page), anna.code
    anna.page.locator("#code").press_sequentially(code[:3])
    assert sent == []
    anna.page.keyboard.type(code[3])
    anna.page.keyboard.press("Enter")
    expect(anna.page).to_have_url(PROFILE)
    assert len(sent) == 1


def test_after_a_refusal_a_code_is_sent_only_by_hand(anna):
    anna.ask_for_a_code()
    code = anna.code
    anna.enter(anna.wrong_code)
    expect(anna.page.get_by_role("alert")).to_contain_text("2 attempts left.")
    expect(anna.page.locator("#code")).to_have_value("")
    sent = posts(anna.page)
    anna.page.locator("#code").press_sequentially(code)
    anna.page.wait_for_timeout(300)
    assert sent == []
    anna.page.keyboard.press("Enter")
    expect(anna.page).to_have_url(PROFILE)


@pytest.mark.parametrize("script", [True, False])
def test_a_tap_on_the_simulated_message_enters_the_code(somebody, script):
    anna = Person(somebody(java_script_enabled=script))
    anna.ask_for_a_code()
    sent = posts(anna.page)
    anna.page.get_by_role("button", name=re.compile("^Your code")).click()
    expect(anna.page).to_have_url(PROFILE)
    assert len(sent) == 1


def test_without_attempts_a_new_code_is_all_there_is_to_ask_for(somebody):
    anna = Person(somebody(java_script_enabled=False), script=False)
    anna.ask_for_a_code()
    wrong = anna.wrong_code
    for _ in range(3):
        expect(anna.page.locator("#code")).to_be_visible()
        anna.enter(wrong)
    expect(anna.page.get_by_role("alert")).to_contain_text("No attempts left.")
    anna.page.goto("/code/")
    expect(anna.page.get_by_role("status")).to_contain_text("No attempts left.")
    expect(anna.page.locator("#code")).to_have_count(0)
    anna.page.get_by_role("button", name="Send a new code").click()
    anna.enter(anna.code)
    expect(anna.page).to_have_url(PROFILE)


def test_a_wrong_code_is_not_sent_again_by_a_reload(anna):
    anna.ask_for_a_code()
    anna.enter(anna.wrong_code)
    expect(anna.page.get_by_role("alert")).to_be_visible()
    anna.page.reload()
    expect(anna.page.get_by_role("alert")).to_have_count(0)
    assert Challenge.objects.get().ticket_left == 2


def test_a_code_that_is_on_its_way_is_reached_from_the_first_page(anna):
    anna.ask_for_a_code()
    code = anna.code
    anna.page.goto("/")
    anna.page.get_by_role("link", name="Enter the code").click()
    anna.enter(code)
    expect(anna.page).to_have_url(PROFILE)


@pytest.mark.parametrize(
    ("locale", "words"), [("en-GB", "Resend in"), ("ru-RU", "Отправить код ещё раз через")]
)
def test_the_time_to_wait_stands_on_one_line(somebody, locale, words):
    page = somebody(locale=locale, viewport={"width": 390, "height": 844})
    page.goto("/")
    page.locator("#phone").fill("+79161234567")
    page.locator("#phone").press("Enter")
    button = page.get_by_role("button", name=re.compile(words))
    lines = """button => button.querySelector("span").getClientRects().length"""
    expect(button).to_be_disabled()
    assert button.evaluate(lines) == 1
    assert button.evaluate("button => button.scrollWidth <= button.clientWidth")


@pytest.mark.parametrize(("locale", "ways"), [("en-GB", EVERY_WAY[::3]), ("ru-RU", [])])
def test_every_state_fits_and_is_accessible(somebody, locale, ways):
    anna = Person(somebody(locale=locale))
    page = anna.page
    page.goto("/")
    page.locator("#phone").fill(anna.phone)
    page.locator("#phone").press("Enter")
    page.locator("summary").click()
    fits(page)
    page.goto("/")  # with a code on its way
    page.locator("#phone").press("Enter")  # sent a moment ago
    expect(page.locator("main .notice.info")).to_be_visible()
    fits(page)
    page.goto("/code/")
    for _ in range(2):
        wrong = anna.wrong_code
        page.wait_for_load_state()
        for attempt in range(3):
            with page.expect_navigation():
                page.locator("#code").fill(wrong)
                if attempt:
                    page.locator("#code").press("Enter")
        fits(page)  # no attempts left
        page.locator(".again button").click()
        expect(page.locator(".notice.success")).to_be_visible()
    assert len(anna.code) == 8
    fits(page)
    look(page, ways)


def test_what_to_do_when_nothing_comes_is_said_on_demand(anna):
    anna.ask_for_a_code()
    advice = anna.page.get_by_text("Check your spam folder")
    expect(advice).to_be_hidden()
    anna.page.get_by_text("Didn't get it?").click()
    expect(advice).to_be_visible()
