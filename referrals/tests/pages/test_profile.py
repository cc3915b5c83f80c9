"""The profile page: one's own code, those who came, names, and the end."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import segno
from django.core.exceptions import ObjectDoesNotExist

from config.tests.factories import invitees
from referrals.models import Activation, InviteCode
from referrals.pages.views import _qr
from users.errors import TokenNotValid, TooMany
from users.models import User
from users.tests.browsing import text

pytestmark = pytest.mark.django_db


def test_the_page_has_the_code_the_link_and_a_picture_of_it(my_browser, user, settings):
    page = my_browser.get("/profile/").content.decode()
    link = f"{settings.PUBLIC_URL}/i/{user.invite_code.value}"
    assert f">{user.invite_code.value}</p>" in page
    assert f">{link}</p>" in page
    assert 'class="segno"' in page


def test_the_picture_holds_the_link():
    link = "https://example.org/i/4FG7TN"
    dark = sum(byte for row in segno.make_qr(link, error="m").matrix for byte in row)
    strokes = [int(run) for run in re.findall(r"h(\d+)", str(_qr(link)))]
    assert sum(strokes) == dark


def invite(inviter, count):
    """Give the inviter an invitee on each of the first days of November."""
    newest = datetime(2026, 11, count, 12, tzinfo=UTC)
    return invitees(inviter, count, newest=newest, apart=timedelta(days=1))


def test_invitees_come_with_dates_newest_first(my_browser, user):
    invite(user, 3)
    page = my_browser.profile()
    assert "You invited 3 people" in page
    days = [page.index(f"Nov. {day}, 2026") for day in (3, 2, 1)]
    assert days == sorted(days)
    assert "Show more" not in page


def test_all_invitees_are_there_a_page_at_a_time(my_browser, user, monkeypatch):
    monkeypatch.setattr("referrals.pagination.InviteePages.page_size", 5)
    invite(user, 12)
    assert "Show more" in my_browser.profile()
    found, address = [], "/profile/invitees/"
    while address:
        answer = my_browser.get(address)
        found += [one.invitee.phone for one in answer.context["invitees"]]
        address = answer.context["older"]
    order = Activation.objects.order_by("-activated_at")
    assert found == [one.invitee.phone for one in order]


@pytest.mark.parametrize("cursor", ["x", "cD1ub25zZW5zZQ==", "%00", "cD0%3D", "é", "a" * 3000])
def test_an_odd_cursor_is_a_404(my_browser, cursor):
    answer = my_browser.get(f"/profile/invitees/?cursor={cursor}")
    assert answer.status_code in (200, 404)
    if answer.status_code == 200:
        assert answer.context["invitees"] == []


def test_names_are_saved(my_browser, user):
    names = {"first_name": "Anna", "last_name": "", "email": "anna@example.org"}
    assert my_browser.on_profile("/profile/names/", **names)["Location"] == "/profile/"
    user.refresh_from_db()
    assert (user.first_name, user.email) == ("Anna", "anna@example.org")
    page = my_browser.get("/profile/").content.decode()
    assert 'value="Anna"' in page
    assert "Saved." in page


@pytest.mark.parametrize(
    ("name", "value"),
    [("email", "x"), ("first_name", "x" * 151), ("last_name", "\0"), ("email", "\0@x.org")],
)
def test_names_that_are_none_are_refused_with_what_was_typed(my_browser, user, name, value):
    answer = my_browser.on_profile("/profile/names/", **{"first_name": "Boris", name: value})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert f'id="{name}_error"' in page
    assert name == "first_name" or 'value="Boris"' in page
    user.refresh_from_db()
    assert user.first_name == ""


def test_what_a_form_does_not_send_stays_as_it_is(my_browser, user):
    my_browser.on_profile("/profile/names/", first_name="Anna", email="anna@example.org")
    my_browser.on_profile("/profile/names/", first_name="Boris")
    my_browser.on_profile("/profile/names/")
    user.refresh_from_db()
    assert (user.first_name, user.email) == ("Boris", "anna@example.org")


def test_a_form_changes_nothing_but_names(my_browser, user):
    before = (user.phone, user.is_staff, user.invite_code.value)
    my_browser.on_profile(
        "/profile/names/", phone="+79160000000", is_staff="on", invite_code="222BBB", first_name="A"
    )
    user = User.objects.get(pk=user.pk)
    assert (user.phone, user.is_staff, user.invite_code.value) == before
    assert user.first_name == "A"


def test_markup_in_a_name_stays_text(my_browser):
    my_browser.on_profile("/profile/names/", first_name='"><script>x</script>')
    assert "<script>x" not in my_browser.get("/profile/").content.decode()


def test_an_account_is_deleted_only_when_confirmed(my_browser, user):
    answer = my_browser.submit("/profile/delete/")
    assert answer.status_code == 400
    assert User.objects.filter(pk=user.pk).exists()
    answer = my_browser.submit("/profile/delete/", confirmed="on")
    assert answer["Location"] == "/"
    assert not User.objects.filter(pk=user.pk).exists()
    assert "Your account has been deleted." in text(my_browser.get("/"))
    assert my_browser.get("/profile/")["Location"] == "/"
    with pytest.raises(ObjectDoesNotExist):
        user.invite_code.refresh_from_db()


def test_an_account_deleted_elsewhere_logs_the_browser_out(my_browser, me):
    me.call("DELETE", "profile/")
    assert my_browser.get("/profile/")["Location"] == "/"
    assert my_browser.post("/profile/names/").status_code == 403


def test_an_account_deleted_while_its_page_is_made_is_no_error(my_browser, monkeypatch):
    def gone(user):
        raise TokenNotValid

    monkeypatch.setattr("referrals.profiles.referral_of", gone)
    assert my_browser.get("/profile/")["Location"] == "/"


def test_no_free_invite_code_is_a_page_of_its_own(my_browser, monkeypatch):
    InviteCode.objects.all().delete()
    monkeypatch.setattr("referrals.invites.DRAWS", 0)
    answer = my_browser.get("/profile/")
    assert answer.status_code == 503
    assert "create an invite code" in text(answer)


def test_a_budget_spent_outside_of_a_form_is_a_page_of_its_own(my_browser, monkeypatch):
    def spent(user):
        raise TooMany(47.2)

    monkeypatch.setattr("referrals.profiles.referral_of", spent)
    answer = my_browser.get("/profile/")
    assert (answer.status_code, answer["Retry-After"]) == (429, "48")
    assert "Too many requests. Try again in 48 seconds." in text(answer)
