"""The two phones log in, invite each other, and show the API's errors."""

import re

from playwright.sync_api import expect

from config.tests.browser.playground.phone import Phone, calls
from users.models import Challenge, Session


def test_each_invites_the_other(page, anna, boris):
    anna.log_in(), boris.log_in()
    for inviter, name, friend in ((anna, "Boris", boris), (boris, "Anna", anna)):
        expect(inviter.invitees).to_have_count(0)
        inviter.press(f"Send to {name}")
        expect(friend.messages.first).to_contain_text(inviter.invite_code)
        friend.messages.first.click()
        friend.press("Activate")
        expect(inviter.invitees).to_have_text([friend.phone])
        expect(friend.root.get_by_text("Activated code:")).to_contain_text(inviter.invite_code)
        if inviter is anna:
            expect(page.locator(".steps .done")).to_have_count(4)
    assert calls(page) == [
        *("Anna POST auth/code/ 200", "Anna POST auth/token/ 200", "Anna GET profile/ 200"),
        *("Boris POST auth/code/ 200", "Boris POST auth/token/ 200", "Boris GET profile/ 200"),
        *("Boris POST profile/activate/ 200", "Anna GET profile/ 200"),
        *("Anna POST profile/activate/ 200", "Boris GET profile/ 200"),
    ]


def test_the_steps_show_how_far_one_is(page, anna, boris):
    now = page.locator(".steps [aria-current=step]")
    expect(now).to_have_text("Anna logs in")
    anna.log_in()
    expect(now).to_have_text("Boris logs in")
    boris.log_in()
    expect(now).to_have_text("Boris activates her code")
    anna.press("Log out")
    expect(now).to_have_text("Anna logs in")


def test_an_invitation_can_wait_until_its_reader_has_logged_in(anna, boris):
    anna.log_in().press("Send to Boris")
    boris.messages.click()
    boris.press("Get a code")
    expect(boris.messages).to_have_count(2)
    boris.messages.first.click()
    boris.press("Log in")
    boris.press("Activate")
    expect(anna.invitees).to_have_text([boris.phone])


def test_one_button_stands_out_and_leads_on(anna, boris):
    def leads(phone):
        return phone.root.locator("[data-screen=profile]:visible .button:not(.quiet):visible")

    anna.log_in(), boris.log_in()
    expect(leads(anna)).to_have_text(["Send to Boris"])
    anna.press("Send to Boris")
    expect(leads(boris)).to_have_text(["Activate"])
    boris.messages.first.click()
    boris.press("Activate")
    expect(leads(boris)).to_have_text(["Send to Anna"])


def test_one_can_play_by_keyboard_alone(page, anna):
    anna.root.get_by_label("Phone number").focus()
    page.keyboard.press("Enter")
    for shown in (re.compile("Your code"), "Log in", "Send to Boris"):
        expect(anna.root.get_by_role("button", name=shown)).to_be_focused()
        page.keyboard.press("Enter")
    expect(Phone(page, "Boris").messages).to_have_count(1)


def test_it_shows_that_a_message_takes_its_time(page, anna):
    held = []
    page.route("**/auth/code/", lambda route: held.append(route))
    anna.press("Get a code")
    expect(anna.root.get_by_role("button", name="Sending…")).to_have_attribute("aria-busy", "true")
    expect(page.locator("[data-calls] li")).to_have_text(re.compile("POST auth/code/ sending…"))
    held[0].continue_()
    expect(anna.messages).to_have_count(1)
    expect(page.locator("[data-result]")).to_have_text(re.compile(r"^200 · [1-9][\d,]* ms$"))


def test_refusals_are_shown_in_the_words_of_the_api(anna):
    anna.root.get_by_label("Phone number").fill("12")
    anna.press("Get a code")
    expect(anna.refusal).to_have_text("Enter a valid mobile number. 400 invalid_phone")
    anna.root.get_by_label("Phone number").fill("+7 943 000-00-01")
    anna.ask()
    sent = anna.messages.locator("b").inner_text()
    anna.root.get_by_label("Code from the SMS").fill(f"{(int(sent) + 1) % 10_000:04}")
    anna.press("Log in")
    expect(anna.refusal).to_contain_text("400 invalid_code · attempts_left: 2")
    anna.press("Resend")
    expect(anna.refusal).to_have_text(
        re.compile("^A code was sent .* 429 code_recently_sent · retry_after: [1-6]")
    )
    expect(anna.root.get_by_role("button", name="Resend")).to_be_visible()


def test_a_code_that_is_over_can_be_asked_for_anew(anna):
    anna.ask()
    Challenge.objects.all().delete()
    anna.press("Resend")
    expect(anna.refusal).to_contain_text("Ask again without the ticket.")
    anna.press("Resend")
    expect(anna.messages).to_have_count(2)
    anna.messages.first.click()
    anna.press("Log in")
    expect(anna.root.locator("[data-invite-code]")).to_be_visible()


def test_in_russian_the_api_speaks_russian(somebody):
    page = somebody(locale="en-GB")
    page.goto("/start/")
    page.get_by_role("button", name="Русский").click()
    anna = Phone(page, "Анна")
    anna.root.get_by_label("Номер телефона").fill("12")
    anna.press("Получить код")
    expect(anna.refusal).to_have_text("Введите номер мобильного телефона. 400 invalid_phone")


def test_an_access_token_that_has_ended_is_replaced(page, anna):
    anna.log_in()
    ended = lambda route: route.fulfill(status=401, body="{}")  # noqa: E731
    page.route("**/profile/", ended, times=1)
    anna.press("Refresh")
    expect(page.locator("[data-calls] li")).to_have_count(6)
    assert [line.split()[-2:] for line in calls(page)[3:]] == [
        ["profile/", "401"],
        ["auth/token/refresh/", "200"],
        ["profile/", "200"],
    ]
    Session.objects.all().delete()
    anna.press("Refresh")
    expect(anna.refusal).to_contain_text("401 token_not_valid")
    expect(anna.root.get_by_role("button", name="Get a code")).to_be_visible()
