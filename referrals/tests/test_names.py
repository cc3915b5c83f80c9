"""Names and email follow the same rule on every path."""

import pytest
from django.forms import modelform_factory

from config.tests.api_client import error
from referrals.pages.forms import NamesForm
from referrals.profiles import change_names
from users.models import User

pytestmark = pytest.mark.django_db


def test_only_what_is_given_changes(user):
    change_names(user, first_name="Anna", email="anna@example.org")
    change_names(user, first_name="Maria")
    user.refresh_from_db()
    assert (user.first_name, user.last_name, user.email) == ("Maria", "", "anna@example.org")


def test_the_user_at_hand_has_the_new_names(user):
    change_names(user, last_name="Ivanova")
    assert user.last_name == "Ivanova"


def test_nothing_given_takes_no_statement(user, django_assert_num_queries):
    with django_assert_num_queries(0):
        change_names(user)


def test_nobody_else_changes(user, friend):
    change_names(user, first_name="Anna")
    friend.refresh_from_db()
    assert friend.first_name == ""


SEEN = [
    "Anna",
    "Анна-Мария",
    "O’Neill",
    "李小龍",
    "Ṣàngó",
    "مریم‌السادات",
    "Ann 👩‍🚀",
    "X Æ A-12",
    "!",
]
NOT_TAKEN = {
    "a new line": "Anna\nBerg",
    "a control": "Anna\x07",
    "a delete": "Anna\x7f",
    "a paragraph": "Anna\u2029Berg",
    "an override": "Anna\u202egnp.exe",
    "an isolate": "\u2066Anna\u2069",
    "a mark of direction": "Anna\u200f",
    "zero width alone": "\u200b\u200d",
    "soft hyphens alone": "\u00ad\u00ad",
    "fillers alone": "\u3164\uffa0",
    "accents alone": "\u0301\u0301",
    "an empty pattern": "\u2800",
}


@pytest.mark.parametrize("name", SEEN)
def test_names_of_the_whole_world_are_taken(me, user, name):
    assert me.call("PATCH", "profile/", {"first_name": name}).json()["first_name"] == name


@pytest.mark.parametrize("name", NOT_TAKEN.values(), ids=NOT_TAKEN)
@pytest.mark.parametrize("field", ["first_name", "last_name"])
def test_what_is_no_name_is_refused_over_the_api(me, user, field, name):
    answer = me.call("PATCH", "profile/", {field: name})
    assert (answer.status_code, error(answer)) == (400, "invalid")
    assert answer.json()["errors"][0]["attr"] == field
    user.refresh_from_db()
    assert getattr(user, field) == ""


@pytest.mark.parametrize("name", NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_forms_of_pages_and_admin_refuse_the_same(name):
    for form in (NamesForm, modelform_factory(User, fields=["first_name"])):
        assert form({"first_name": name}).errors.keys() == {"first_name"}


def test_names_are_trimmed_and_may_be_taken_away(me, user):
    names = {"first_name": " \t Anna\u00a0\u3000", "last_name": "  "}
    answer = me.call("PATCH", "profile/", names).json()
    assert (answer["first_name"], answer["last_name"]) == ("Anna", "")
    assert me.call("PATCH", "profile/", {"first_name": ""}).json()["first_name"] == ""


def test_the_admin_refuses_them_too(client, staff, user):
    client.force_login(staff)
    address = f"/admin/users/user/{user.pk}/change/"
    answer = client.post(address, {"phone": user.phone, "first_name": "Anna\u202egnp"})
    assert answer.context["errors"]
    user.refresh_from_db()
    assert user.first_name == ""
