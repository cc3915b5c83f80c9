"""Login on pages follows the same rules as over the API."""

import pytest

from users.models import Challenge, Limit, Session, User
from users.tests.browsing import Browser, text, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    return Browser()


def test_a_first_login_makes_a_user_and_shows_the_profile(browser, phone):
    answer = browser.log_in(phone)
    assert (answer.status_code, answer["Location"]) == (302, "/profile/")
    user = User.objects.get(phone=phone)
    assert user.invite_code.value in browser.profile()
    assert Session.objects.get().user == user


def test_a_user_who_comes_back_logs_in_to_the_same_account(browser, user):
    browser.log_in(user.phone)
    assert user.invite_code.value in browser.profile()
    assert User.objects.count() == 1


def test_the_phone_is_taken_as_people_write_it(browser, sent_code):
    assert browser.submit("/", phone="8 (916) 123-45-67").status_code == 302
    assert "+7 916 123-45-67" in text(browser.get("/code/"))


def test_the_hint_is_a_number_of_the_region(browser, settings):
    settings.PHONE_REGION = "KZ"
    page = browser.get("/")
    assert 'placeholder="+7 771 000 9998"' in page.content.decode()
    assert "You can leave out +7." in text(page)
    refused = text(browser.submit("/", phone="12")).replace("\N{NO-BREAK SPACE}", " ")
    assert "For example, +7 771 000 9998" in refused


def test_the_phone_stands_in_no_address(browser, phone):
    answer = browser.submit("/", phone=phone)
    assert answer["Location"] == "/code/"


@pytest.mark.parametrize("entered", ["", "12", "nonsense", "+7 495 123-45-67", "9" * 5000, "\0"])
def test_what_is_no_mobile_number_is_refused_in_words(browser, entered):
    answer = browser.submit("/", phone=entered)
    assert answer.status_code == 400
    assert "Enter a valid mobile number" in text(answer)
    assert 'aria-invalid="true"' in answer.content.decode()


def test_without_a_phone_there_is_no_code_page(browser):
    assert browser.get("/code/")["Location"] == "/"
    assert browser.get("/code/resend/")["Location"] == "/code/"


def test_wrong_codes_count_down_and_then_a_new_code_can_be_asked_for(browser, phone, sent_code):
    browser.submit("/", phone=phone)
    code = sent_code()
    for left in ("2 attempts left", "1 attempt left", "No attempts left"):
        answer = browser.submit("/code/", code=wrong(code))
        assert answer.status_code == 400
        assert left in text(answer)
    assert "Resend in" not in text(answer)
    answer = browser.submit("/code/", code=code)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "Too many failed attempts. Request a new code." in text(answer)
    assert "Try again" not in text(answer)
    assert browser.submit("/code/resend/", page="/code/").status_code == 302
    assert sent_code() == code, "the same code, with attempts anew"
    assert browser.submit("/code/", code=sent_code())["Location"] == "/profile/"


def test_an_eight_digit_code_is_asked_for_as_such(browser, phone, sent_code, monkeypatch):
    monkeypatch.setattr("users.limits.policy.Pair.digits", lambda pair, found, alarm: 8)
    browser.submit("/", phone=phone)
    assert "8-digit code" in text(browser.get("/code/"))
    assert browser.submit("/code/", code=sent_code())["Location"] == "/profile/"


def test_a_banned_user_is_answered_as_anybody_with_a_wrong_code(browser, user):
    User.objects.update(is_active=False)
    answer = browser.log_in(user.phone)
    assert answer.status_code == 400
    assert "wrong or no longer valid" in text(answer)


def test_a_login_in_here_opens_no_admin(browser, staff):
    browser.log_in(staff.phone)
    assert browser.get("/admin/").status_code == 302


def test_visitors_leave_no_row_behind(browser):
    browser.get("/")
    browser.get("/i/7K2M9X")
    browser.submit("/", phone="12")
    browser.submit("/language/", page="/", language="ru")
    from django.contrib.sessions.models import Session as DjangoSession

    assert not any(model.objects.exists() for model in (DjangoSession, Limit, Challenge, User))


def test_a_form_token_known_before_the_login_is_worth_nothing_after_it(browser, phone):
    before = browser.get("/").context["csrf_token"]
    browser.log_in(phone)
    assert browser.post("/profile/logout/", {"csrfmiddlewaretoken": before}).status_code == 403


def test_one_who_is_logged_in_is_not_asked_again(browser, phone):
    browser.log_in(phone)
    assert browser.get("/")["Location"] == "/profile/"
    assert browser.get("/code/")["Location"] == "/"
