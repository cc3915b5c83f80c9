"""A browser's login is a session like the API's, and ends the same way."""

from datetime import timedelta

import pytest

from users.models import Session, User
from users.tests.browsing import Browser, text

pytestmark = pytest.mark.django_db
START = "2026-11-20T12:00:00Z"


@pytest.fixture
def is_logged_in():
    return lambda browser: browser.get("/profile/").status_code == 200


def test_logging_out_ends_the_session_and_back_shows_nothing(my_browser, is_logged_in):
    cookie = my_browser.cookies["login"].value
    page = my_browser.get("/profile/")
    assert "no-store" in page["Cache-Control"]
    answer = my_browser.on_profile("/profile/logout/")
    assert answer["Location"] == "/"
    assert "You are logged out" in text(my_browser.get("/"))
    assert not Session.objects.live().exists()
    my_browser.cookies["login"] = cookie
    assert not is_logged_in(my_browser)


def test_a_session_ended_over_the_api_logs_the_browser_out(my_browser, me, is_logged_in):
    me.call("DELETE", "auth/sessions/")
    assert not is_logged_in(my_browser)


def test_the_list_has_api_and_browser_with_this_one_marked(my_browser, me):
    page = text(my_browser.get("/profile/settings/"))
    assert "Chrome, Linux this device" in page
    assert page.count("this device") == 1
    assert len(me.call("GET", "auth/sessions/").json()) == 2
    assert page.count("127.0.0.1 ·") == 2


def test_a_page_ends_an_api_session(my_browser, me):
    other = Session.objects.earliest("created_at")
    this = Session.objects.latest("created_at")
    ended = other if other.user_agent == "" else this
    answer = my_browser.on_profile(f"/profile/sessions/{ended.pk}/end/")
    assert answer["Location"] == "/profile/settings/#sessions"
    assert me.profile().status_code == 401
    assert "That device is logged out" in text(my_browser.get("/profile/settings/"))


def test_ending_this_session_logs_out(my_browser, is_logged_in):
    this = Session.objects.get()
    assert my_browser.on_profile(f"/profile/sessions/{this.pk}/end/")["Location"] == "/"
    assert not is_logged_in(my_browser)


def test_ending_all_others_leaves_this_one(my_browser, me, as_user, user, is_logged_in):
    as_user(user)
    my_browser.on_profile("/profile/sessions/end-others/")
    assert Session.objects.live().count() == 1
    assert is_logged_in(my_browser)
    assert me.profile().status_code == 401


def test_nobody_ends_a_session_of_somebody_else(my_browser, friend, as_user):
    other = as_user(friend)
    theirs = Session.objects.get(user=friend)
    my_browser.on_profile(f"/profile/sessions/{theirs.pk}/end/")
    assert other.profile().status_code == 200


def test_a_ban_logs_the_browser_out(my_browser, user, is_logged_in):
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert not is_logged_in(my_browser)


def test_a_login_is_over_after_thirty_idle_days(user, time_machine, is_logged_in):
    time_machine.move_to(START, tick=False)
    browser = Browser()
    browser.log_in(user.phone)
    time_machine.shift(timedelta(days=29, hours=23))
    assert is_logged_in(browser)
    time_machine.shift(timedelta(days=29, hours=23))
    assert is_logged_in(browser)
    cookie = browser.cookies["login"].value
    time_machine.shift(timedelta(days=30))
    browser.cookies["login"] = cookie  # even if the browser restores it
    assert not is_logged_in(browser)


def test_a_session_idle_for_thirty_days_is_over_whatever_the_cookie_says(
    my_browser, user, is_logged_in
):
    Session.objects.update(last_used_at="2020-01-01T00:00:00Z")
    assert not is_logged_in(my_browser)


def test_use_is_noted_at_most_every_ten_minutes(user, time_machine, is_logged_in):
    time_machine.move_to(START, tick=False)
    browser = Browser()
    browser.log_in(user.phone)
    time_machine.shift(timedelta(minutes=9))
    answer = browser.get("/profile/")
    assert "login" not in answer.cookies
    time_machine.shift(timedelta(minutes=1))
    answer = browser.get("/profile/")
    assert answer.cookies["login"]["max-age"] == 30 * 24 * 3600
    assert Session.objects.get().last_used_at.isoformat() == "2026-11-20T12:10:00+00:00"
    assert "login" not in browser.get("/profile/").cookies


@pytest.mark.parametrize("debug", [False, True])
def test_the_cookies_are_out_of_reach(user, settings, debug):
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE"):
        assert getattr(settings, name) is True
        setattr(settings, name, not debug)
    browser = Browser()
    browser.submit("/language/", page="/", language="en")
    browser.get("/i/7K2M9X")
    browser.log_in(user.phone)
    browser.on_profile("/profile/names/", first_name="Anna")
    names = ("csrftoken", "invitation", "messages", "django_language", "pending")
    for cookie in [browser.cookies[name] for name in names]:
        assert cookie["httponly"] is True, cookie
        assert cookie["samesite"] == "Lax", cookie
        assert bool(cookie["secure"]) is not debug, cookie


def test_the_login_cookie_is_out_of_reach(my_browser):
    cookie = my_browser.cookies["login"]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True)
    assert cookie["path"] == "/"
    assert not cookie["domain"]


@pytest.mark.parametrize("name", ["login", "pending", "invitation", "messages", "csrftoken"])
@pytest.mark.parametrize("value", ["", "x", "x:y:z", "é" * 50, "a" * 3000, "eyJ9:1:2", "\ud83d"])
def test_a_forged_cookie_is_as_good_as_none(name, value):
    browser = Browser()
    browser.cookies[name] = value.encode("utf-8", "replace").decode()
    assert browser.get("/").status_code == 200
    assert browser.get("/profile/")["Location"] == "/"
    assert browser.get("/code/")["Location"] == "/"


def test_a_cookie_of_one_kind_is_none_of_another(my_browser, is_logged_in):
    other = Browser()
    other.cookies["pending"] = my_browser.cookies["login"].value
    assert other.get("/code/")["Location"] == "/"
    other.get("/i/7K2M9X")
    other.cookies["login"] = other.cookies["invitation"].value
    assert not is_logged_in(other)


def test_the_api_takes_no_cookie(my_browser):
    assert my_browser.get("/api/v1/profile/").status_code == 401
