"""The invite link: its code waits through the login and is offered in the profile."""

import re

import pytest

from referrals import invites
from users.tests.browsing import Browser, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    return Browser()


def offered(browser):
    """The code that the field on the profile page holds."""
    (field,) = re.findall(r'<input[^>]* name="invite_code"[^>]*>', my_profile(browser))
    return "".join(re.findall(r' value="(\w*)"', field))


def my_profile(browser):
    return browser.get("/profile/").content.decode()


def test_the_code_of_a_link_waits_through_the_login(browser, phone, friend):
    code = friend.invite_code.value
    assert browser.get(f"/i/{code}")["Location"] == "/"
    assert f"accept (code {code})" in text(browser.get("/"))
    browser.log_in(phone)
    assert offered(browser) == code
    assert browser.on_profile("/profile/activate/", invite_code=code).status_code == 302
    assert "invitation" not in {name for name, cookie in browser.cookies.items() if cookie.value}


def test_unknown_codes_look_the_same_until_one_is_logged_in(browser, friend, phone):
    known, unknown = Browser(), Browser()
    code = friend.invite_code.value
    answers = [known.get(f"/i/{code}"), unknown.get("/i/222BBB")]
    assert len({(answer.status_code, answer["Location"]) for answer in answers}) == 1
    pages = [text(known.get("/")).replace(code, ""), text(unknown.get("/")).replace("222BBB", "")]
    assert pages[0] == pages[1]
    unknown.log_in(phone)
    assert offered(unknown) == "222BBB"
    answer = unknown.on_profile("/profile/activate/", invite_code="222BBB")
    assert answer.status_code == 400
    assert offered(unknown) == ""


def test_a_link_is_taken_however_it_is_written(browser, phone):
    browser.get("/i/7k2-m9x")
    browser.log_in(phone)
    assert offered(browser) == "7K2M9X"


def test_ones_own_code_is_not_offered(browser, user):
    browser.log_in(user.phone)
    assert browser.get(f"/i/{user.invite_code.value}")["Location"] == "/profile/"
    assert offered(browser) == ""


def test_who_is_logged_in_finds_the_code_in_the_profile(browser, user):
    browser.log_in(user.phone)
    assert browser.get("/i/7K2M9X")["Location"] == "/profile/"
    assert offered(browser) == "7K2M9X"


def test_a_code_refused_for_haste_is_offered_again(browser, user, friend):
    browser.log_in(user.phone)
    code = friend.invite_code.value
    browser.get(f"/i/{code}")
    for _ in range(invites.WRONG_CODES.most):
        assert not invites.WRONG_CODES.take(user.phone)
    assert browser.on_profile("/profile/activate/", invite_code=code).status_code == 429
    assert offered(browser) == code


@pytest.mark.parametrize(
    "code", ["x", "7K2M9X7", "%00%00%00%00%00%00", "%ED%A0%80", "é" * 6, "a/b"]
)
def test_what_can_be_no_code_is_a_404(browser, code):
    answer = browser.get(f"/i/{code}")
    assert answer.status_code == 404
    assert "Page not found" in text(answer)
    assert "invitation" not in browser.cookies


def test_the_link_of_the_profile_is_one(browser, user, settings):
    browser.log_in(user.phone)
    link = browser.get("/profile/").context["referral"].invite_link
    assert Browser().get(link.removeprefix(settings.PUBLIC_URL)).status_code == 302
