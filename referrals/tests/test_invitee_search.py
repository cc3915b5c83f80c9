"""Users find any invitee by full number, the newest ones by part of the number or name."""

import pytest

from config.tests.factories import invitees
from referrals import search
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(user):
    """The phones that a search by `user` finds."""
    return lambda text, most=50: [
        one.invitee.phone for one in search.search_invitees(user, text, most)
    ]


@pytest.fixture
def anna(user):
    """An invitee of `user`, older than some others."""
    *others, oldest = invitees(user, 5)
    for number, one in enumerate(others):  # without the digits that are looked for
        User.objects.filter(pk=one.pk).update(phone=f"+790300000{number:02}")
    names = {"first_name": "Алёна-Мария", "last_name": "Öztürk", "phone": "+79261234567"}
    User.objects.filter(pk=oldest.pk).update(**names)
    return "+79261234567"


@pytest.mark.parametrize(
    "text",
    [
        *("+79261234567", "8 (926) 123-45-67", "9261234567"),
        *("+7 926", "7926", "8926", "8 (926) 12", "926 123-45", "4567", "45-67", "34567"),
        *("алёна", "АЛЕНА", "алена-мар", "мария", "öztürk", "ÖZT алё", "  Öztürk   Алёна  "),
    ],
)
def test_a_number_or_a_name_is_found_however_it_is_written(found, anna, text):
    assert found(text) == [anna]


@pytest.mark.parametrize("text", ["Anna", "алёна борис", "+7 999", "89991234567", "(", "…", "'"])
def test_nobody_is_found_by_anything_else(found, anna, text):
    assert found(text) == []


def test_nobody_of_anyone_else_is_found(found, anna, user, friend, stranger):
    (theirs,) = invitees(friend, 1)
    User.objects.filter(pk__in=[theirs.pk, stranger.pk, friend.pk]).update(first_name="Алёна")
    assert found("алёна") == [anna]
    for other in (theirs, stranger, friend, user):
        assert found(other.phone) == []


def test_the_newest_come_first_and_no_more_than_wanted(found, user):
    everyone = [one.phone for one in invitees(user, 5)]
    assert found("+7916") == everyone
    assert found("+7916", most=2) == everyone[:2]


def test_parts_are_looked_for_among_the_newest_and_whole_numbers_among_all(
    found, anna, monkeypatch
):
    monkeypatch.setattr(search, "LOOKED_THROUGH", 4)
    assert found("алёна") == found("4567") == []
    assert found(anna) == [anna]


def test_a_search_takes_few_statements_and_looks_at_few_rows(user, django_assert_num_queries):
    with django_assert_num_queries(2) as made:
        search.search_invitees(user, "+79261234567", 50)
    whole, part = (query["sql"] for query in made.captured_queries)
    assert """"phone" = '+79261234567'""" in whole
    assert part.endswith(f"LIMIT {search.LOOKED_THROUGH}")
