"""Superusers change an account's phone in the admin."""

import logging
import re

import pytest

from users.models import User
from users.tests.admin.test_rights import RIGHTS, USERS

pytestmark = pytest.mark.django_db


@pytest.fixture
def save(desk, user):
    """Saves the user's page as it was shown, with some fields changed."""
    page = f"{USERS}{user.pk}/change/"
    shown = re.findall(
        r'<input[^>]*name="(initial-phone|phone)"[^>]*>', desk.get(page).content.decode()
    )
    assert sorted(shown) == ["initial-phone", "phone"]
    form = {"phone": user.phone, "initial-phone": user.phone, "is_active": "on", "email": ""}

    def post(**changes):
        return desk.post(page, {**form, **changes})

    return post


@pytest.fixture
def changes(caplog):
    caplog.set_level(logging.INFO, logger="users.security")
    return lambda: [one for one in caplog.records if vars(one).get("event") == "phone changed"]


def phone_of(user):
    user.refresh_from_db()
    return user.phone


def test_the_account_moves_and_all_its_sessions_end(
    save, user, staff, as_user, phone, changes, sms_outbox, django_capture_on_commit_callbacks
):
    client, old = as_user(user), user.phone
    with django_capture_on_commit_callbacks(execute=True):
        assert save(phone=f"8 {phone[2:]}").status_code == 302
    assert phone_of(user) == phone
    assert client.profile().status_code == 401
    (event,) = changes()
    assert (event.user, event.by, event.phone) == (user.pk, staff.pk, f"{old[:5]}***{old[-2:]}")
    assert [message.phone for message in sms_outbox] == [old]


def test_what_stays_the_same_ends_no_session(save, user, as_user, changes, sms_outbox):
    client = as_user(user)
    assert save(first_name="Anna").status_code == 302
    assert client.profile().json()["first_name"] == "Anna"
    assert (changes(), sms_outbox) == ([], [])


@pytest.mark.parametrize("entered", ["", "112", "8 (495) 123-45-67", "x"])
def test_what_is_no_mobile_number_is_refused(save, user, entered):
    before = user.phone
    assert save(phone=entered).context["adminform"].form.errors["phone"]
    assert phone_of(user) == before


def test_a_taken_phone_is_refused(save, user, friend):
    errors = save(phone=friend.phone).context["adminform"].form.errors["phone"]
    assert errors == ["This phone number is already taken."]


def test_one_that_is_taken_a_moment_later_is_refused_as_well(
    save, user, phone, monkeypatch, as_user, join
):
    before, client = user.phone, as_user(user)
    clean = User.validate_unique

    def then_somebody_comes(*given, **named):
        clean(*given, **named)
        join(phone=phone)

    monkeypatch.setattr(User, "validate_unique", then_somebody_comes)
    answer = save(phone=phone, first_name="Anna")
    assert (answer.status_code, answer["Location"]) == (302, f"{USERS}{user.pk}/change/")
    assert (phone_of(user), user.first_name) == (before, "")
    assert client.profile().status_code == 200


def test_a_page_that_was_open_takes_no_change_back(save, user, phone):
    """The user moved to another phone after the page was shown."""
    User.objects.filter(pk=user.pk).update(phone=phone)
    assert save(first_name="Anna").status_code == 302
    assert (phone_of(user), user.first_name) == (phone, "Anna")


def test_the_phone_of_staff_is_changed_there_too(desk, join, phone, as_user):
    colleague = join(is_staff=True)
    client = as_user(colleague)
    form = {**RIGHTS, "phone": phone, "initial-phone": colleague.phone}
    assert desk.post(f"{USERS}{colleague.pk}/change/", form).status_code == 302
    assert phone_of(colleague) == phone
    assert client.profile().status_code == 401


def test_other_staff_change_no_phone(helper, user, client, phone, as_user):
    before, api = user.phone, as_user(user)
    form = {"phone": phone, "initial-phone": user.phone, "is_active": "on"}
    assert client.post(f"{USERS}{user.pk}/change/", form).status_code == 302
    assert phone_of(user) == before
    assert api.profile().status_code == 200
