import re

import pytest
from playwright.sync_api import expect

from config.tests.browser.person import Person
from users.models import Challenge, User

LOGIN = re.compile(r"^http://127\.0\.0\.1:\d+/$")


def test_a_first_login_makes_an_account_with_an_invite_code(anna):
    anna.ask_for_a_code()
    assert not User.objects.exists()
    anna.enter(anna.code)
    expect(anna.page.get_by_role("heading", level=1)).to_have_text(anna.written_phone)
    assert User.objects.get().invite_code.value == anna.invite_code
    expect(anna.page.get_by_role("img", name="QR code of your invite link")).to_be_visible()


def test_a_wrong_code_leaves_two_tries_and_the_right_one_still_opens(anna):
    anna.ask_for_a_code()
    right, wrong = anna.code, anna.wrong_code
    anna.enter(wrong)
    expect(anna.page.get_by_role("alert")).to_contain_text("2 attempts left.")
    anna.enter(wrong)
    expect(anna.page.get_by_role("alert")).to_contain_text("1 attempt left.")
    anna.enter(right)
    expect(anna.page).to_have_url(re.compile("/profile/$"))


def test_after_three_wrong_codes_another_can_be_sent_at_once(anna):
    anna.ask_for_a_code()
    wrong = anna.wrong_code
    for _ in range(3):
        anna.enter(wrong)
    expect(anna.page.get_by_role("alert")).to_contain_text("No attempts left.")
    expect(anna.page.get_by_label("4-digit code")).to_have_count(0)
    anna.page.get_by_role("button", name="Send a new code").click()
    expect(anna.page.get_by_role("status")).to_have_text("We sent the code again.")
    anna.enter(anna.code)
    expect(anna.page).to_have_url(re.compile("/profile/$"))


def test_the_same_code_can_be_sent_again_after_a_minute(anna):
    anna.page.clock.install()
    anna.ask_for_a_code()
    first = anna.code
    again = anna.page.get_by_role("button", name="Resend")
    expect(again).to_be_disabled()
    expect(again).to_contain_text(re.compile(r"Resend in (1:00|0:5\d)"))
    anna.page.clock.fast_forward(61_000)
    Challenge.objects.update(sent_at=0)
    expect(again).to_have_text("Resend")
    again.click()
    expect(anna.page.get_by_role("status")).to_have_text("We sent the code again.")
    assert anna.code == first


def test_a_button_shows_that_it_works_and_sends_once(anna):
    anna.page.goto("/")
    anna.page.get_by_label("Phone number").fill(anna.phone)
    sent, held = [], []
    anna.page.on("request", lambda request: sent.append(request.method))
    anna.page.route("/", lambda route: held.append(route))  # it marks it
    shown = anna.page.evaluate(
        """async () => {
            const button = document.querySelector("main button");
            button.click();
            await new Promise((resolve) => setTimeout(resolve, 50));
            button.click();
            return button.textContent;
        }"""
    )
    assert shown == "Sending…"
    for route in held:
        route.continue_()
    expect(anna.page).to_have_url(re.compile("/code/$"))
    assert sent.count("POST") == 1


def test_a_number_that_is_none_is_refused_in_words(anna):
    anna.page.goto("/")
    anna.page.get_by_label("Phone number").fill("12")
    anna.page.get_by_role("button", name="Get a code").click()
    expect(anna.page.get_by_role("alert")).to_contain_text("Enter a valid mobile number")
    expect(anna.page.get_by_label("Phone number")).to_have_value("12")


def test_the_language_is_switched_and_remembered(anna):
    anna.page.goto("/")
    anna.page.get_by_role("button", name="Русский").click()
    expect(anna.page.get_by_role("heading", level=1)).to_have_text("Вход по телефону")
    expect(anna.page.locator("html")).to_have_attribute("lang", "ru")
    anna.page.goto("/i/7K2M9X")
    expect(anna.page.get_by_role("heading", level=1)).to_have_text("Вас пригласили")
    anna.page.get_by_role("button", name="English").click()
    expect(anna.page.get_by_role("heading", level=1)).to_have_text("You've been invited")


def test_a_russian_browser_is_answered_in_russian(somebody):
    page = somebody(locale="ru-RU")
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "ru")


def test_one_can_log_in_by_keyboard_alone(anna):
    page = anna.page
    page.goto("/")
    expect(page.get_by_label("Phone number")).to_be_focused()
    page.keyboard.type(anna.phone)
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_focused()
    page.wait_for_load_state()  # its script submits a complete code
    page.keyboard.type(anna.code)
    expect(page).to_have_url(re.compile("/profile/$"))
    page.wait_for_load_state()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "invite_code":
            break
    else:
        pytest.fail("the field for an invite code can't be reached by Tab")


def test_after_logout_the_back_button_shows_nothing(anna):
    anna.log_in()
    code = anna.invite_code
    anna.page.get_by_role("banner").get_by_role("button", name="Log out").click()
    expect(anna.page.get_by_role("status")).to_have_text("You are logged out.")
    for _ in range(2):
        anna.page.go_back()
        expect(anna.page).to_have_url(LOGIN)
        assert code not in anna.page.content()


def test_a_session_is_ended_from_another_device(somebody, anna):
    anna.log_in()
    elsewhere = Person(somebody(), anna.phone).log_in()
    elsewhere.page.get_by_role("link", name="Settings").click()
    expect(elsewhere.page.locator("li", has_text="this device")).to_have_count(1)
    elsewhere.page.get_by_role("button", name=re.compile("^Log out Chrome")).click()
    expect(elsewhere.page.get_by_role("status")).to_have_text("That device is logged out.")
    anna.page.reload()
    expect(anna.page).to_have_url(LOGIN)
    elsewhere.page.get_by_role("link", name="Invite", exact=True).click()
    assert elsewhere.invite_code


def test_cookies_are_kept_from_scripts_and_other_sites(anna):
    anna.ask_for_a_code()
    pending = {cookie["name"] for cookie in anna.page.context.cookies()}
    anna.enter(anna.code)
    expect(anna.page.locator("#own-code")).to_be_visible()
    anna.page.get_by_role("button", name="Русский").click()
    expect(anna.page.locator("html")).to_have_attribute("lang", "ru")
    cookies = {cookie["name"]: cookie for cookie in anna.page.context.cookies()}
    assert pending | set(cookies) >= {"pending", "login", "csrftoken"}
    for name, cookie in cookies.items():
        assert cookie["sameSite"] in ("Lax", "Strict"), name
        assert cookie["secure"], name
        assert cookie["httpOnly"] or name == "django_language", name
    assert anna.page.evaluate("document.cookie").replace("django_language=ru", "") == ""
