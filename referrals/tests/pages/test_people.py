"""The People section lists those who joined, with names if they gave one."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from config.tests.factories import invitees
from referrals.models import Activation
from users.models import User
from users.phones import written
from users.tests.browsing import text

pytestmark = pytest.mark.django_db
PEOPLE = "/profile/invitees/"


def invite(inviter, count):
    """Give the inviter an invitee on each of the first days of November."""
    newest = datetime(2026, 11, count, 12, tzinfo=UTC)
    return invitees(inviter, count, newest=newest, apart=timedelta(days=1))


def test_invitees_come_with_dates_newest_first(my_browser, user):
    invite(user, 3)
    page = text(my_browser.get(PEOPLE))
    assert "You invited 3 people" in page
    days = [page.index(f"Nov. {day}, 2026") for day in (3, 2, 1)]
    assert days == sorted(days)
    assert "Show more" not in page


def test_all_invitees_are_there_a_page_at_a_time(my_browser, user, monkeypatch):
    monkeypatch.setattr("referrals.pagination.InviteePages.page_size", 5)
    invite(user, 12)
    found, address = [], PEOPLE
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


def test_names_are_shown_where_given_and_the_phone_in_any_case(my_browser, user):
    named, nameless = invitees(user, 2)
    User.objects.filter(pk=named.pk).update(
        first_name="Anna", last_name="Karenina", email="a@x.org"
    )
    page = text(my_browser.get(PEOPLE))
    assert f"Anna Karenina {written(named.phone)}" in page
    assert written(nameless.phone) in page
    assert "a@x.org" not in page


def test_who_has_nobody_yet_is_led_to_the_code(my_browser):
    page = my_browser.get(PEOPLE).content.decode()
    assert "No one yet." in page
    assert '<a class="button" href="/profile/">Invite a friend</a>' in page
    assert 'type="search"' not in page


@pytest.mark.parametrize(("count", "searchable"), [(10, False), (11, True)])
def test_a_search_is_offered_where_there_are_many(my_browser, user, count, searchable):
    invitees(user, count)
    assert ('type="search"' in my_browser.get(PEOPLE).content.decode()) is searchable


def test_a_search_shows_whom_it_found_and_what_was_typed(my_browser, user):
    anna, boris = invitees(user, 2)
    User.objects.filter(pk=anna.pk).update(first_name="Anna")
    answer = my_browser.get(f"{PEOPLE}?q={quote('ann')}")
    assert 'value="ann"' in answer.content.decode()
    assert written(anna.phone) in text(answer)
    assert written(boris.phone) not in text(answer)
    assert "Show everyone" in text(answer)


def test_a_search_that_finds_nobody_says_so(my_browser, user):
    invitees(user, 1)
    assert "No one found." in text(my_browser.get(f"{PEOPLE}?q=nobody"))


def test_a_search_that_finds_too_many_says_so(my_browser, user):
    invitees(user, 51)
    page = text(my_browser.get(f"{PEOPLE}?q=916"))
    assert page.count("+7 916") == 51  # including the user's own
    assert "Type more of the name or number." in page


def test_what_a_search_can_not_find_is_told_only_who_has_so_many(my_browser, user):
    invitees(user, 11)
    told = "your 1000 newest people"
    assert told not in text(my_browser.get(PEOPLE))
    user.invite_code.activations_count = 1001
    user.invite_code.save()
    assert told in text(my_browser.get(PEOPLE))


@pytest.mark.parametrize("q", ["%00", "%ED%A0%80", "%27--", "9" * 5000, "%", "(((", "%F0%9F%98%80"])
def test_an_odd_search_is_no_error(my_browser, user, q):
    invitees(user, 1)
    assert my_browser.get(f"{PEOPLE}?q={q}").status_code == 200
