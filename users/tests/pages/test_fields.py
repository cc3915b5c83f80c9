"""The phone and code fields: what they show again, what they find, their error messages."""

from datetime import timedelta

import pytest

from users.tests.browsing import Browser, text, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    return Browser()


@pytest.fixture
def asked(browser, phone):
    """A browser that has requested a code."""
    assert browser.submit("/", phone=phone).status_code == 302
    return browser


def html(answer):
    return answer.content.decode()


@pytest.mark.parametrize(
    "form",
    [
        "{code}",
        "{two}-{last}",
        "Ваш код: {code}",
        "Your code: {code}@example.org #{code}",  # a field of one line drops line breaks
        "<#> {code} is your code\r\nFA+9qCX9VSu",
    ],
)
def test_a_pasted_message_logs_in(asked, sent_code, form):
    code = sent_code()
    answer = asked.submit("/code/", code=form.format(code=code, two=code[:2], last=code[2:]))
    assert answer["Location"] == "/profile/"


@pytest.mark.parametrize("entered", ["{code} {other}", "x" * 300, "\0"])
def test_what_may_be_two_codes_or_none_costs_no_attempt(asked, sent_code, entered):
    code = sent_code()
    for _ in range(4):
        answer = asked.submit("/code/", code=entered.format(code=code, other=wrong(code)))
        assert answer.status_code == 400
        assert "The code is wrong or no longer valid." in text(answer)
        assert "left" not in text(answer)
    assert asked.submit("/code/", code=code)["Location"] == "/profile/"


def test_an_entered_code_never_comes_back(asked, sent_code):
    code = wrong(sent_code())
    answer = asked.submit("/code/", code=code)
    assert f'"{code}"' not in html(answer)  # other values, such as CSRF's, may have these digits
    assert code not in text(answer)


def test_a_code_is_sent_at_once_only_until_one_was_refused(asked, sent_code):
    assert "data-auto" in html(asked.get("/code/"))
    assert "data-auto" not in html(asked.submit("/code/", code=wrong(sent_code())))
    assert "data-auto" not in html(asked.submit("/code/", code=""))


@pytest.mark.parametrize(
    ("entered", "shown"), [("8(916)1234567", "+7 916 123-45-67"), ("+7 495 123", "+7 495 123")]
)
def test_a_number_comes_back_as_people_read_it(browser, entered, shown):
    browser.submit("/", phone="+79161234567")
    assert f'value="{shown}"' in html(browser.submit("/", phone=entered))


def test_a_code_on_its_way_is_told_on_the_first_page_and_is_no_error(asked):
    page = asked.get("/")
    assert "We texted a code to" in text(page)
    assert 'href="/code/"' in html(page)
    again = html(asked.submit("/", phone=page.context["pending"].phone))
    assert '<p class="notice info" role="status">A code was sent a moment ago.' in again


def test_a_limit_is_a_warning_and_a_failure_an_error(asked, phone, settings, time_machine):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    settings.SMS_URL = ["json://127.0.0.1:1/"]
    failed = html(Browser().submit("/", phone="+79161234567"))
    assert '<p class="notice error" role="alert">The SMS couldn' in failed
    settings.SMS_URL = ["outbox://"]
    for _ in range(12):
        time_machine.shift(timedelta(seconds=61))
        answer = asked.submit("/code/resend/", page="/code/")
    assert '<p class="notice warning" role="alert">Too many codes were requested.' in html(answer)


def test_without_attempts_there_is_no_field_until_another_code_is_sent(asked, sent_code):
    for _ in range(3):
        assert 'name="code"' in html(asked.get("/code/"))
        answer = asked.submit("/code/", code=wrong(sent_code()))
    for page in (answer, asked.get("/code/")):
        assert "No attempts left. Request a new code." in text(page)
        assert "Send a new code" in text(page)
        assert 'name="code"' not in html(page)
    asked.submit("/code/resend/", page="/code/")
    assert 'name="code"' in html(asked.get("/code/"))


def test_a_code_that_replaces_another_is_said_to_be_new(asked, monkeypatch):
    monkeypatch.setattr("users.limits.policy.Pair.digits", lambda pair, found, alarm: 8)
    asked.submit("/code/resend/", page="/code/")
    assert "We sent a new code." in text(asked.get("/code/"))


def test_only_a_longer_code_is_explained(browser, phone, monkeypatch):
    browser.submit("/", phone="+79161234567")
    assert "we send longer ones" not in text(browser.get("/code/"))
    monkeypatch.setattr("users.limits.policy.Pair.digits", lambda pair, found, alarm: 8)
    browser.submit("/", phone=phone)
    assert "we send longer ones" in text(browser.get("/code/"))


def test_a_typed_number_outlives_a_switch_of_language_for_a_moment(browser, time_machine):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    answer = browser.submit("/language/", page="/", language="ru", next="/", phone="+7 916 12")
    assert answer["Location"] == "/"
    assert 'value="+7 916 12"' in html(browser.get("/"))
    kept = browser.cookies["typed"]
    assert (kept["httponly"], kept["samesite"], kept["max-age"]) == (True, "Lax", 60)
    time_machine.shift(timedelta(seconds=61))
    assert "+7 916 12" not in html(browser.get("/"))


def test_a_typed_number_is_shown_only_where_it_was_typed(my_browser):
    my_browser.submit("/language/", page="/profile/", language="en", next="/", phone="+7 916 12")
    assert "+7 916 12" not in html(my_browser.get("/profile/phone/"))


def test_a_typed_number_is_forgotten_once_a_code_is_sent(browser):
    browser.submit("/language/", page="/", language="en", next="/", phone="+7 916 12")
    browser.submit("/", phone="+79161234567")
    assert 'value="+7 916 123-45-67"' in html(browser.get("/"))


@pytest.mark.parametrize("phone", ["", "9" * 65])
def test_nothing_else_is_kept(browser, phone):
    browser.submit("/language/", page="/", language="ru", next="/", phone=phone)
    assert "typed" not in browser.cookies
