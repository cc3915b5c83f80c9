"""The Settings section: names, number, devices, deleting the account."""

import pytest
from django.core.exceptions import ObjectDoesNotExist

from users.errors import TokenNotValid
from users.models import User
from users.phones import written
from users.tests.browsing import Browser, text

pytestmark = pytest.mark.django_db
SETTINGS = "/profile/settings/"


def test_names_are_saved(my_browser, user):
    names = {"first_name": "Anna", "last_name": "", "email": "anna@example.org"}
    answer = my_browser.on_profile("/profile/names/", **names)
    assert answer["Location"] == "/profile/settings/#about"
    user.refresh_from_db()
    assert (user.first_name, user.email) == ("Anna", "anna@example.org")
    page = my_browser.get(SETTINGS).content.decode()
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
    assert "<script>x" not in my_browser.get(SETTINGS).content.decode()


def test_the_address_of_the_names_can_be_opened(my_browser):
    answer = my_browser.get("/profile/names/")
    assert answer.status_code == 200
    assert 'name="first_name"' in answer.content.decode()


def test_the_page_says_who_sees_the_name(my_browser):
    page = text(my_browser.get(SETTINGS))
    assert "If someone invited you, they see your name." in page


def test_the_number_is_there_with_a_way_to_change_it(my_browser, user):
    page = text(my_browser.get(SETTINGS))
    assert f"Phone number {written(user.phone)} Change number" in page


def test_staff_are_told_where_their_number_is_changed(staff):
    browser = Browser()
    browser.log_in(staff.phone)
    page = text(browser.get(SETTINGS))
    assert "Phone numbers of staff are changed in the admin." in page
    assert "Change number" not in page


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
