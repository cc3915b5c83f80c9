"""Changing the phone on pages follows the same rules as over the API."""

import re

import pytest

from users.models import Session, User
from users.tests.browsing import Browser, text, wrong

pytestmark = pytest.mark.django_db
CHANGED = "/profile/settings/#number"
PAGE, CODE, RESEND = "/profile/phone/", "/profile/phone/code/", "/profile/phone/code/resend/"


@pytest.fixture
def asked(my_browser, phone):
    """A browser that has requested a code for `phone`, the new number."""
    assert my_browser.submit(PAGE, phone=phone)["Location"] == CODE
    return my_browser


def age(user):
    Session.objects.filter(user=user).update(created_at="2026-01-01T00:00:00Z")


def test_the_settings_lead_there(my_browser):
    assert f'href="{PAGE}"' in my_browser.get("/profile/settings/").content.decode()


def test_the_phone_is_changed_in_two_steps(asked, user, phone, sent_code, as_user):
    other = as_user(user)
    answer = asked.submit(CODE, code=sent_code())
    assert (answer.status_code, answer["Location"]) == (302, CHANGED)
    assert User.objects.get().phone == phone
    assert "Your phone number has been changed." in text(asked.get("/profile/settings/"))
    assert user.invite_code.value in asked.profile()
    assert other.profile().status_code == 401
    assert asked.get(CODE)["Location"] == PAGE


def test_the_number_is_taken_as_people_write_it(my_browser, sent_code):
    my_browser.submit(PAGE, phone="8 (916) 123-45-67")
    assert "+7 916 123-45-67" in text(my_browser.get(CODE))
    my_browser.submit(CODE, code=sent_code())
    assert User.objects.get().phone == "+79161234567"


@pytest.mark.parametrize(
    ("entered", "said"),
    [("", "Enter a valid mobile number"), ("12", "Enter a valid mobile number")],
)
def test_what_is_no_mobile_number_is_refused(my_browser, entered, said):
    answer = my_browser.submit(PAGE, phone=entered)
    assert answer.status_code == 400
    assert said in text(answer)


def test_ones_own_number_is_refused_before_a_message_is_sent(my_browser, user, sms_outbox):
    before = len(sms_outbox)
    answer = my_browser.submit(PAGE, phone=f"8 {user.phone[2:]}")
    assert answer.status_code == 400
    assert "This is already your number." in text(answer)
    assert len(sms_outbox) == before


def test_wrong_codes_count_down(asked, sent_code):
    for left in ("2 attempts left", "1 attempt left", "No attempts left"):
        answer = asked.submit(CODE, code=wrong(sent_code()))
        assert answer.status_code == 400
        assert left in text(answer)
    assert asked.submit(RESEND, page=CODE).status_code == 302
    assert asked.submit(CODE, code=sent_code())["Location"] == CHANGED


def test_the_code_is_sent_again_after_a_minute(asked, sms_outbox):
    answer = asked.submit(RESEND, page=CODE)
    assert answer.status_code == 429
    assert "A code was sent a moment ago" in text(answer)


def test_a_code_that_was_asked_for_elsewhere_can_be_entered(my_browser, phone, anyone, sent_code):
    anyone.request_code(phone)
    answer = my_browser.submit(PAGE, phone=phone)
    assert answer.status_code == 429
    assert f'href="{CODE}"' in answer.content.decode()
    assert my_browser.submit(CODE, code=sent_code())["Location"] == CHANGED


def test_a_taken_number_leads_back_to_the_first_page(my_browser, friend, user, sent_code):
    my_browser.submit(PAGE, phone=friend.phone)
    answer = my_browser.submit(CODE, code=sent_code())
    assert answer.status_code == 409
    assert "This number already has an account." in text(answer)
    assert f'action="{PAGE}"' in answer.content.decode()
    assert User.objects.get(pk=user.pk).phone == user.phone


@pytest.mark.parametrize("path", [PAGE, CODE, RESEND])
def test_an_old_login_is_told_to_log_in_again(asked, user, phone, path, sms_outbox):
    age(user)
    before = len(sms_outbox)
    answer = asked.get(path)
    assert answer.status_code == 403
    assert "only within 10 minutes of logging in" in text(answer)
    posted = asked.submit(path, page="/profile/", phone=phone, code="0000")
    assert posted.status_code == 403
    assert len(sms_outbox) == before
    again = asked.submit("/profile/logout/", page=path)
    assert again["Location"] == "/"
    asked.log_in(user.phone)
    assert asked.get(PAGE).status_code == 200


def test_a_login_that_gets_old_before_the_code_is_entered_is_refused(asked, user, sent_code):
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', asked.get(CODE).content.decode())[1]
    age(user)
    answer = asked.post(CODE, {"code": sent_code(), "csrfmiddlewaretoken": token})
    assert answer.status_code == 403
    assert User.objects.get().phone == user.phone


def test_staff_are_sent_to_the_admin(staff):
    browser = Browser()
    browser.log_in(staff.phone)
    answer = browser.get(PAGE)
    assert answer.status_code == 403
    assert "in the admin" in text(answer)
    assert "Log in again" not in text(answer)
    assert PAGE not in browser.get("/profile/settings/").content.decode()


def test_whoever_logs_in_next_does_not_see_the_number(asked, friend, phone):
    asked.on_profile("/profile/logout/")
    asked.log_in(friend.phone)
    assert asked.get(CODE)["Location"] == PAGE


def test_a_session_that_ended_meanwhile_leads_to_the_login(asked, sent_code, monkeypatch):
    def ended(session):
        Session.objects.update(ended_at="2026-01-01T00:00:00Z")

    monkeypatch.setattr("referrals.pages.new_phone.check_fresh", ended)
    answer = asked.submit(CODE, page="/profile/", code=sent_code())
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_without_a_login_all_of_it_leads_to_the_login():
    assert {Browser().get(path)["Location"] for path in (PAGE, CODE, RESEND)} == {"/"}


def test_without_an_expected_code_there_is_no_page_for_it(my_browser):
    assert my_browser.get(CODE)["Location"] == PAGE
    assert my_browser.get(RESEND)["Location"] == CODE


def test_it_speaks_russian(user):
    browser = Browser(language="ru")
    browser.log_in(user.phone)
    assert "Смена номера" in text(browser.get(PAGE))
    age(user)
    assert "Войти ещё раз" in text(browser.get(PAGE))
