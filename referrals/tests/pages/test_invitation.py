"""An invite link opens a page, and leads to a question after the login."""

import re

import pytest

from referrals import invites
from referrals.models import Activation
from users.models import Limit
from users.phones import written
from users.tests.browsing import Browser, text

pytestmark = pytest.mark.django_db
UNKNOWN = "222BBB"


@pytest.fixture
def browser():
    return Browser()


@pytest.fixture
def code(friend):
    """The friend's invite code."""
    return friend.invite_code.value


def asked(browser):
    """The code that the profile asks about, if any."""
    page = browser.get("/profile/").content.decode()
    found = re.findall(
        r'action="/profile/invitation/accept/".*?value="(\w+)">\s*<button', page, re.S
    )
    return found[0] if found else None


def accept(browser, code):
    """Accept; returns the profile page."""
    answer = browser.on_profile("/profile/invitation/accept/", invite_code=code)
    assert answer["Location"] == "/profile/"
    return browser.profile()


def keeps_invitation(browser):
    cookie = browser.cookies.get("invitation")
    return bool(cookie and cookie.value)


def test_a_link_opens_a_page_that_invites(browser, code):
    answer = browser.get(f"/i/{code}")
    assert answer.status_code == 200
    page = text(answer)
    assert "You've been invited" in page
    assert code in page
    assert "will see your phone number" in page
    assert 'action="/"' in answer.content.decode()
    assert 'name="phone"' in answer.content.decode()


def test_from_the_link_it_takes_a_phone_a_code_and_one_yes(browser, phone, friend, code, sent_code):
    answer = browser.submit("/", page=f"/i/{code}", phone=phone)
    assert answer["Location"] == "/code/"
    browser.submit("/code/", code=sent_code())
    assert asked(browser) == code
    page = accept(browser, code)
    assert "Invitation accepted." in page
    assert Activation.objects.get().inviter == friend
    assert asked(browser) is None
    assert not keeps_invitation(browser)


def test_who_is_logged_in_is_asked_at_once(my_browser, user, code):
    assert my_browser.get(f"/i/{code}")["Location"] == "/profile/"
    assert asked(my_browser) == code
    accept(my_browser, code)
    assert Activation.objects.get().invitee == user


def test_the_question_says_who_will_see_the_number(my_browser, friend, code):
    my_browser.get(f"/i/{code}")
    page = my_browser.profile()
    assert "Accept the invitation?" in page
    assert "will see your phone number" in page
    assert written(friend.phone) not in page


def test_not_now_forgets_the_invitation(my_browser, code):
    my_browser.get(f"/i/{code}")
    assert my_browser.on_profile("/profile/invitation/dismiss/")["Location"] == "/profile/"
    assert asked(my_browser) is None
    assert not keeps_invitation(my_browser)
    assert not Activation.objects.exists()


def test_a_code_typed_by_hand_answers_the_question_too(my_browser, code):
    my_browser.get(f"/i/{code}")
    my_browser.on_profile("/profile/activate/", invite_code=code)
    assert asked(my_browser) is None
    assert not keeps_invitation(my_browser)


def test_a_link_is_taken_however_it_is_written(browser, phone):
    assert "7K2M9X" in text(browser.get("/i/7k2-m9x"))
    browser.log_in(phone)
    assert asked(browser) == "7K2M9X"


def test_the_newest_link_counts(browser, phone, code):
    browser.get(f"/i/{UNKNOWN}")
    browser.get(f"/i/{code}")
    browser.log_in(phone)
    assert asked(browser) == code


def test_what_is_accepted_is_what_was_shown(my_browser, friend, stranger):
    """Even if another link was opened in another tab meanwhile."""
    shown, later = friend.invite_code.value, stranger.invite_code.value
    my_browser.get(f"/i/{shown}")
    token = my_browser.get("/profile/").context["csrf_token"]
    my_browser.get(f"/i/{later}")
    fields = {"invite_code": shown, "csrfmiddlewaretoken": token}
    my_browser.post("/profile/invitation/accept/", fields)
    assert Activation.objects.get().inviter == friend


def test_ones_own_link_is_said_to_be_ones_own(my_browser, user):
    my_browser.get(f"/i/{user.invite_code.value}")
    assert "This is your own invite link" in my_browser.profile()
    assert asked(my_browser) is None


def test_a_link_that_was_accepted_before_is_said_to_be(my_browser, code):
    my_browser.get(f"/i/{code}")
    accept(my_browser, code)
    my_browser.get(f"/i/{code}")
    assert "You've already accepted this invitation." in my_browser.profile()
    assert asked(my_browser) is None


def test_a_second_invitation_is_said_to_be_too_late(my_browser, code, stranger):
    my_browser.on_profile("/profile/activate/", invite_code=code)
    my_browser.get(f"/i/{stranger.invite_code.value}")
    page = my_browser.profile()
    assert f"You've already accepted another invitation ({code})" in page
    assert asked(my_browser) is None
    my_browser.on_profile("/profile/invitation/dismiss/")
    assert "another invitation" not in my_browser.profile()


def test_an_unknown_code_is_said_to_be_and_is_not_asked_again(my_browser):
    my_browser.get(f"/i/{UNKNOWN}")
    assert asked(my_browser) == UNKNOWN, "whether it exists is told only within limits"
    assert "There is no such invite code" in accept(my_browser, UNKNOWN)
    assert asked(my_browser) is None


def test_too_many_wrong_codes_are_refused_and_the_question_stays(my_browser, user, code):
    my_browser.get(f"/i/{code}")
    for _ in range(invites.WRONG_CODES.most):
        assert not invites.WRONG_CODES.take(user.phone)
    assert "Too many wrong invite codes. Try again in 6 minutes." in accept(my_browser, code)
    assert asked(my_browser) == code
    assert not Activation.objects.exists()


@pytest.mark.parametrize("sent", ["", "x", "\0" * 6, "AEIOU1", "é" * 6, "2" * 5000])
def test_what_can_be_no_code_is_refused_and_costs_nothing(my_browser, sent):
    limits = Limit.objects.count()
    assert "There is no such invite code" in accept(my_browser, sent)
    assert Limit.objects.count() == limits


def test_an_account_deleted_meanwhile_is_logged_out(my_browser, code, monkeypatch):
    from users.errors import TokenNotValid

    def gone(invitee, entered):
        raise TokenNotValid

    monkeypatch.setattr("referrals.invites.activate", gone)
    answer = my_browser.on_profile("/profile/invitation/accept/", invite_code=code)
    assert answer["Location"] == "/"


def seen(answer, code):
    """Everything in a response except the code itself and random values."""
    shown = re.sub(r'value="\w{64}"', "", answer.content.decode()).replace(code, "")
    headers = {name: value for name, value in answer.items() if name != "X-Request-ID"}
    sizes = {name: len(cookie.value) for name, cookie in answer.cookies.items()}
    return answer.status_code, shown, headers, sizes


@pytest.mark.parametrize("agent", ["Mozilla/5.0 Chrome/130.0", "TelegramBot (like TwitterBot)"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_a_visitor_is_not_told_whether_a_code_exists(
    code, agent, method, django_assert_num_queries, time_machine
):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)  # cookies and headers contain the time
    answers = []
    for one in (code, UNKNOWN):
        with django_assert_num_queries(0):
            answer = getattr(Browser(), method)(f"/i/{one}", headers={"User-Agent": agent})
        answers.append(seen(answer, one))
    assert answers[0] == answers[1]
    assert answers[0][0] == 200


@pytest.mark.parametrize(
    "code",
    ["x", "7K2M9X7", "AEIOU1", "BCDFGH", "234567", "%00%00%00%00%00%00", "%ED%A0%80", "é" * 6],
)
def test_what_can_be_no_code_is_a_404_in_words(browser, code):
    answer = browser.get(f"/i/{code}")
    assert answer.status_code == 404
    assert "This invite link is broken" in text(answer)
    assert not keeps_invitation(browser)


def test_more_than_a_code_is_no_page(browser):
    assert "Page not found" in text(browser.get("/i/a/b"))


def test_search_engines_are_kept_away(browser, my_browser, code):
    for answer in (browser.get(f"/i/{code}"), my_browser.get(f"/i/{code}"), browser.get("/i/x")):
        assert answer["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in browser.get(f"/i/{code}").content.decode()


def test_the_preview_names_the_link_and_its_picture_no_code(browser, settings):
    page = browser.get("/i/7k2m9x").content.decode()
    assert 'property="og:title" content="You\'ve been invited"' in page
    assert f'<meta property="og:url" content="{settings.PUBLIC_URL}/i/7K2M9X">' in page
    assert f'<meta property="og:image" content="{settings.PUBLIC_URL}/preview-en.png">' in page


def test_the_link_of_the_profile_is_one(browser, user, settings):
    browser.log_in(user.phone)
    link = browser.get("/profile/").context["referral"].invite_link
    assert Browser().get(link.removeprefix(settings.PUBLIC_URL)).status_code == 200


def test_a_typed_number_outlives_a_switch_of_language_on_an_invitation(browser):
    link = f"/i/{UNKNOWN}"
    browser.submit("/language/", page=link, language="ru", next=link, phone="+7 916 12")
    page = browser.get(link).content.decode()
    assert 'value="+7 916 12"' in page
    assert f'name="next" value="{link}"' in page
