"""The profile page: one's own code, the code activated, those who came, names, and the end."""

import re
from datetime import UTC, datetime

import pytest
import segno
from django.core.exceptions import ObjectDoesNotExist

from referrals.models import Activation, InviteCode
from referrals.pages import _qr
from users.errors import TokenNotValid, TooMany
from users.models import Session, User
from users.phones import written
from users.tests.browsing import Browser, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(user):
    """A browser in which `user` is logged in."""
    browser = Browser()
    browser.log_in(user.phone)
    return browser


@pytest.fixture
def friends_code(friend):
    return friend.invite_code.value


def activate(browser, code):
    return browser.on_profile("/profile/activate/", invite_code=code)


def test_the_page_has_the_code_the_link_and_a_picture_of_it(browser, user, settings):
    page = browser.get("/profile/").content.decode()
    link = f"{settings.PUBLIC_URL}/i/{user.invite_code.value}"
    assert f">{user.invite_code.value}</p>" in page
    assert f">{link}</p>" in page
    assert 'class="segno"' in page


def test_the_picture_holds_the_link():
    link = "https://example.org/i/4FG7TN"
    dark = sum(byte for row in segno.make_qr(link, error="m").matrix for byte in row)
    strokes = [int(run) for run in re.findall(r"h(\d+)", str(_qr(link)))]
    assert sum(strokes) == dark


def test_a_friends_code_is_activated_once_and_written(browser, user, friends_code, friend):
    assert "Whoever invited you will see your phone number" in browser.profile()
    answer = activate(browser, f" {friends_code[:3].lower()}-{friends_code[3:]} ")
    assert answer["Location"] == "/profile/"
    page = browser.profile()
    assert "The invite code is activated." in page
    assert f"You activated the invite code {friends_code}" in page
    assert Activation.objects.get().inviter == friend


def test_a_second_activation_is_refused(browser, friends_code, stranger):
    page = browser.get("/profile/")
    activate(browser, friends_code)
    token = page.context["csrf_token"]
    fields = {"invite_code": stranger.invite_code.value, "csrfmiddlewaretoken": token}
    answer = browser.post("/profile/activate/", fields)
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
def test_what_is_no_code_is_refused_in_words(browser, code, words):
    answer = activate(browser, code)
    assert answer.status_code == 400
    assert words in text(answer)
    assert 'aria-invalid="true"' in answer.content.decode()


def test_ones_own_code_is_refused(browser, user):
    answer = activate(browser, user.invite_code.value)
    assert answer.status_code == 400
    assert "your own invite code" in text(answer)


def test_too_many_wrong_codes_are_a_429_with_the_time_to_wait(browser, friends_code):
    for _ in range(10):
        assert activate(browser, "222BBB").status_code == 400
    answer = activate(browser, friends_code)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 360
    assert "Too many wrong invite codes" in text(answer)
    assert "Try again in 6 minutes." in text(answer)


def test_the_inviter_sees_the_invitee_and_not_the_other_way_round(browser, user, friend):
    activate(browser, friend.invite_code.value)
    inviter = Browser()
    inviter.log_in(friend.phone)
    assert written(user.phone) in inviter.profile()
    assert written(friend.phone) not in browser.profile()


def invite(inviter, join, count):
    for number in range(count):
        at = datetime(2026, 11, 1 + number, 12, tzinfo=UTC)
        Activation.objects.create(
            invitee=join(), inviter=inviter, code=inviter.invite_code.value, activated_at=at
        )
    InviteCode.objects.count_activation(inviter, by=count)


def test_invitees_come_with_dates_newest_first(browser, user, join):
    invite(user, join, 3)
    page = browser.profile()
    assert "3 invitees" in page
    days = [page.index(f"Nov. {day}, 2026") for day in (3, 2, 1)]
    assert days == sorted(days)
    assert "Show more" not in page


def test_all_invitees_are_there_a_page_at_a_time(browser, user, join, monkeypatch):
    monkeypatch.setattr("referrals.pagination.InviteePages.page_size", 5)
    invite(user, join, 12)
    assert "Show more" in browser.profile()
    found, address = [], "/profile/invitees/"
    while address:
        answer = browser.get(address)
        found += [one.invitee.phone for one in answer.context["invitees"]]
        address = answer.context["older"]
    order = Activation.objects.order_by("-activated_at")
    assert found == [one.invitee.phone for one in order]


@pytest.mark.parametrize("cursor", ["x", "cD1ub25zZW5zZQ==", "%00", "cD0%3D", "é", "a" * 3000])
def test_an_odd_cursor_is_a_404(browser, cursor):
    answer = browser.get(f"/profile/invitees/?cursor={cursor}")
    assert answer.status_code in (200, 404)
    if answer.status_code == 200:
        assert answer.context["invitees"] == []


def test_names_are_saved(browser, user):
    names = {"first_name": "Anna", "last_name": "", "email": "anna@example.org"}
    assert browser.on_profile("/profile/names/", **names)["Location"] == "/profile/"
    user.refresh_from_db()
    assert (user.first_name, user.email) == ("Anna", "anna@example.org")
    page = browser.get("/profile/").content.decode()
    assert 'value="Anna"' in page
    assert "Saved." in page


@pytest.mark.parametrize(
    ("name", "value"),
    [("email", "x"), ("first_name", "x" * 151), ("last_name", "\0"), ("email", "\0@x.org")],
)
def test_names_that_are_none_are_refused_with_what_was_typed(browser, user, name, value):
    answer = browser.on_profile("/profile/names/", **{"first_name": "Boris", name: value})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert f'id="{name}-error"' in page
    assert name == "first_name" or 'value="Boris"' in page
    user.refresh_from_db()
    assert user.first_name == ""


def test_what_a_form_does_not_send_stays_as_it_is(browser, user):
    browser.on_profile("/profile/names/", first_name="Anna", email="anna@example.org")
    browser.on_profile("/profile/names/", first_name="Boris")
    browser.on_profile("/profile/names/")
    user.refresh_from_db()
    assert (user.first_name, user.email) == ("Boris", "anna@example.org")


def test_a_form_changes_nothing_but_names(browser, user):
    before = (user.phone, user.is_staff, user.invite_code.value)
    browser.on_profile(
        "/profile/names/", phone="+79160000000", is_staff="on", invite_code="222BBB", first_name="A"
    )
    user = User.objects.get(pk=user.pk)
    assert (user.phone, user.is_staff, user.invite_code.value) == before
    assert user.first_name == "A"


def test_markup_in_a_name_stays_text(browser):
    browser.on_profile("/profile/names/", first_name='"><script>x</script>')
    assert "<script>x" not in browser.get("/profile/").content.decode()


def test_an_account_is_deleted_only_when_confirmed(browser, user):
    answer = browser.submit("/profile/delete/")
    assert answer.status_code == 400
    assert User.objects.filter(pk=user.pk).exists()
    answer = browser.submit("/profile/delete/", confirmed="on")
    assert answer["Location"] == "/"
    assert not User.objects.filter(pk=user.pk).exists()
    assert "Your account is deleted." in text(browser.get("/"))
    assert browser.get("/profile/")["Location"] == "/"
    with pytest.raises(ObjectDoesNotExist):
        user.invite_code.refresh_from_db()


def test_an_account_deleted_elsewhere_logs_the_browser_out(browser, me):
    me.call("DELETE", "profile/")
    assert browser.get("/profile/")["Location"] == "/"
    assert browser.post("/profile/names/").status_code == 403


def test_an_account_deleted_while_its_page_is_made_is_no_error(browser, monkeypatch):
    def gone(user):
        raise TokenNotValid

    monkeypatch.setattr("referrals.profiles.referral_of", gone)
    assert browser.get("/profile/")["Location"] == "/"


def test_no_free_invite_code_is_a_page_of_its_own(browser, monkeypatch):
    InviteCode.objects.all().delete()
    monkeypatch.setattr("referrals.invites.DRAWS", 0)
    answer = browser.get("/profile/")
    assert answer.status_code == 503
    assert "No free invite code was found" in text(answer)


def test_a_budget_spent_outside_of_a_form_is_a_page_of_its_own(browser, monkeypatch):
    def spent(user):
        raise TooMany(47.2)

    monkeypatch.setattr("referrals.profiles.referral_of", spent)
    answer = browser.get("/profile/")
    assert (answer.status_code, answer["Retry-After"]) == (429, "48")
    assert "Too many requests. Try again later. Try again in 48 seconds." in text(answer)


FORMS = ["activate", "names", "logout", "delete", "sessions/end-others"]


@pytest.mark.parametrize("name", FORMS)
def test_a_form_without_its_token_is_refused_on_a_page(browser, user, name):
    answer = browser.post(f"/profile/{name}/", {"confirmed": "on", "invite_code": "222BBB"})
    assert answer.status_code == 403
    assert "This form is out of date" in text(answer)
    assert Session.objects.live().get().user == user


@pytest.mark.parametrize("path", ["/", "/code/", "/code/resend/", "/language/"])
def test_a_form_of_visitors_without_its_token_is_refused(path):
    assert Browser().post(path, {"phone": "+79160000001", "language": "ru"}).status_code == 403


@pytest.mark.parametrize("name", ["activate", "names", "logout", "sessions/end-others"])
def test_what_forms_are_sent_to_leads_back_to_the_profile(browser, name):
    assert browser.get(f"/profile/{name}/")["Location"] == "/profile/"
    assert Session.objects.live().exists()


PAGES = ["/profile/", "/profile/invitees/", "/profile/delete/"]


@pytest.mark.parametrize("path", PAGES)
def test_personal_pages_leave_no_copy_and_need_a_login(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert Browser().get(path)["Location"] == "/"


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_anything_of_other_people(browser, user, friend, stranger, as_user, path):
    as_user(stranger).activate(friend.invite_code.value)
    activate(browser, friend.invite_code.value)
    User.objects.exclude(pk=user.pk).update(first_name="Other", email="other@example.org")
    page = browser.get(path).content.decode()
    for phone in (friend.phone, stranger.phone):
        assert phone not in page
        assert written(phone) not in page
    assert "ther" not in page.replace("End all others", "").replace("other sessions", "")
    assert stranger.invite_code.value not in page


@pytest.mark.parametrize("path", ["/", "/code/", *PAGES, "/nowhere", "/language/"])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "BREW"])
def test_other_methods_are_no_server_error(browser, path, method):
    assert browser.generic(method, path).status_code < 500
