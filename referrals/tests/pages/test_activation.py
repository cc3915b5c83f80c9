"""Activating a code on the profile page works once; refusals are explained."""

import pytest

from referrals.models import Activation
from users.phones import written
from users.tests.browsing import Browser, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def friends_code(friend):
    return friend.invite_code.value


def activate(browser, code):
    return browser.on_profile("/profile/activate/", invite_code=code)


def test_a_friends_code_is_activated_once_and_shown(my_browser, user, friends_code, friend):
    assert "The person who invited you will see your phone number" in my_browser.profile()
    answer = activate(my_browser, f" {friends_code[:3].lower()}-{friends_code[3:]} ")
    assert answer["Location"] == "/profile/#activation"
    page = my_browser.profile()
    assert "Invite code activated." in page
    assert f"You activated the invite code {friends_code}" in page
    assert Activation.objects.get().inviter == friend


def test_a_second_activation_is_refused(my_browser, friends_code, stranger):
    page = my_browser.get("/profile/")
    activate(my_browser, friends_code)
    token = page.context["csrf_token"]
    fields = {"invite_code": stranger.invite_code.value, "csrfmiddlewaretoken": token}
    answer = my_browser.post("/profile/activate/", fields)
    assert answer.status_code == 409
    assert "already activated another invite code" in text(answer)
    assert f"You activated the invite code {friends_code}" in text(answer)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("222BBB", "There is no such invite code"),
        ("", "This field is required"),
        ("\0", "Null characters are not allowed"),
        ("x" * 33, "at most 32 characters"),
    ],
)
def test_what_is_no_code_is_refused_in_words(my_browser, code, words):
    answer = activate(my_browser, code)
    assert answer.status_code == 400
    assert words in text(answer)
    assert 'aria-invalid="true"' in answer.content.decode()


def test_ones_own_code_is_refused(my_browser, user):
    answer = activate(my_browser, user.invite_code.value)
    assert answer.status_code == 400
    assert "your own invite code" in text(answer)


def test_too_many_wrong_codes_are_a_429_with_the_time_to_wait(my_browser, friends_code):
    for _ in range(10):
        assert activate(my_browser, "222BBB").status_code == 400
    answer = activate(my_browser, friends_code)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 360
    assert "Too many wrong invite codes" in text(answer)
    assert "Try again in 6 minutes." in text(answer)


def test_the_inviter_sees_the_invitee_and_not_the_other_way_round(my_browser, user, friend):
    activate(my_browser, friend.invite_code.value)
    inviter = Browser()
    inviter.log_in(friend.phone)
    assert written(user.phone) in text(inviter.get("/profile/invitees/"))
    for path in ("/profile/", "/profile/invitees/", "/profile/settings/"):
        assert written(friend.phone) not in text(my_browser.get(path))
