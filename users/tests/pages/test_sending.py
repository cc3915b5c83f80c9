"""Sending codes on pages: how often, how long to wait, what the browser remembers."""

from datetime import timedelta

import pytest
from django.http import HttpResponse

from config.tests.api_client import Client
from config.tests.factories import new_phone
from users.pages.views import LOGIN
from users.tests.browsing import Browser, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    return Browser()


def test_a_second_code_has_to_wait_and_the_page_says_how_long(browser, phone, time_machine):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    browser.submit("/", phone=phone)
    assert "Resend in 1:00" in text(browser.get("/code/"))
    time_machine.shift(timedelta(seconds=12))
    answer = browser.submit("/code/resend/", page="/code/")
    assert (answer.status_code, answer["Retry-After"]) == (429, "48")
    assert "Resend in 0:48" in text(answer)
    assert "Try again in 48 seconds." in text(answer)


def test_the_same_code_goes_out_again(browser, phone, sent_code, time_machine):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    browser.submit("/", phone=phone)
    code = sent_code()
    time_machine.shift(timedelta(seconds=61))
    answer = browser.submit("/code/resend/", page="/code/")
    assert answer["Location"] == "/code/"
    assert sent_code() == code
    assert "sent the code again" in text(browser.get("/code/"))


def test_asking_twice_leads_to_the_code_that_is_on_its_way(browser, phone, sent_code):
    browser.submit("/", phone=phone)
    other = Browser()
    answer = other.submit("/", phone=phone)
    assert answer.status_code == 429
    assert "Enter the code" in text(answer)
    assert other.submit("/code/", code=sent_code())["Location"] == "/profile/"


def test_messages_beyond_the_budget_are_refused_with_the_time_to_wait(browser, phone, time_machine):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    for _ in range(10):
        assert browser.submit("/", phone=phone).status_code == 302
        time_machine.shift(timedelta(seconds=61))
    answer = browser.submit("/code/resend/", page="/code/")
    assert answer.status_code == 429
    assert "Too many codes were requested. Try again in 50 minutes." in text(answer)


def test_an_address_has_one_budget_for_pages_and_api(browser):
    for _ in range(10):
        assert browser.submit("/", phone=new_phone()).status_code == 302
        assert Client().request_code(new_phone()).status_code == 200
    answer = browser.submit("/", phone=new_phone())
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "Too many codes were requested" in text(answer)
    assert "Try again in" in text(answer)


def test_a_gateway_that_fails_is_a_503_in_words(browser, phone, settings):
    settings.SMS_URL = ["json://127.0.0.1:1/"]
    answer = browser.submit("/", phone=phone)
    assert answer.status_code == 503
    assert "be sent. Try again in a moment" in text(answer)


def test_a_simulated_message_stands_on_the_page(browser, phone, settings):
    settings.SMS_URL, settings.SMS_DELAY = ["simulated://"], (0, 0)
    browser.submit("/", phone=phone)
    page = browser.get("/code/")
    code = page.context["pending"].simulated
    assert f"Your code: {code}" in text(page)
    settings.SMS_URL = ["outbox://"]
    assert code not in text(browser.get("/code/"))


def test_a_real_message_stands_nowhere_but_in_the_message(browser, phone, sent_code):
    answer = browser.submit("/", phone=phone)
    assert not [one for one in browser.cookies.values() if sent_code() in one.value]
    assert sent_code() not in text(answer) + text(browser.get("/code/"))


def test_what_another_version_of_the_program_remembered_is_forgotten(browser):
    answer = HttpResponse()
    LOGIN.cookie.write(answer, {"phone": "+79160000000", "color": "blue"})
    browser.cookies["pending"] = answer.cookies["pending"].value
    assert browser.get("/code/")["Location"] == "/"


def test_what_is_expected_is_forgotten_after_a_quarter_of_an_hour(browser, phone, time_machine):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    browser.submit("/", phone=phone)
    assert browser.cookies["pending"]["max-age"] == 900
    kept = browser.cookies["pending"].value
    time_machine.shift(timedelta(minutes=15, seconds=1))
    browser.cookies["pending"] = kept
    assert browser.get("/code/")["Location"] == "/"
