"""Names and email change by one rule, whoever calls it."""

import pytest

from referrals.profiles import change_names

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
