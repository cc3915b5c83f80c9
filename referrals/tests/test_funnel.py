"""The funnel of invite links, counted anonymously."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory

from referrals import deletion, funnel, invites
from referrals.models import LinkCount
from referrals.pages.invitation import INVITATION
from users.limits import meters, policy
from users.models import Counter
from users.signals import happened
from users.tests.browsing import Browser

pytestmark = pytest.mark.django_db
NOBODYS = "ZZZ999"


def opened(code: str, times: int = 1) -> None:
    for _ in range(times):
        happened("invite link opened", code=code)


def opened_in_all() -> int:
    return sum(Counter.objects.filter(kind="links-opened").values_list("count", flat=True))


@pytest.fixture
def invited(friend) -> Browser:
    """A browser that has opened the friend's link."""
    browser, answer = Browser(), HttpResponse()
    INVITATION.write(answer, friend.invite_code.value)
    browser.cookies.update(answer.cookies)
    return browser


def test_a_link_counts_how_often_it_was_opened(user, friend):
    opened(user.invite_code.value, 3)
    opened(friend.invite_code.value)
    funnel.flush()
    opened(user.invite_code.value)
    funnel.flush()
    assert funnel.of(user.invite_code.value).opened == 4
    assert funnel.of(friend.invite_code.value).opened == 1
    assert opened_in_all() == 5


def test_opening_a_link_takes_no_statement(user, django_assert_num_queries):
    code = user.invite_code.value
    with django_assert_num_queries(0):
        opened(code, 1000)


def test_all_links_are_counted_by_one_statement(join, django_assert_num_queries):
    codes = [join().invite_code.value for _ in range(5)]
    for code in [*codes, NOBODYS]:
        opened(code)
    with django_assert_num_queries(1):
        funnel.LINKS.flush()
    assert LinkCount.objects.count() == 5


def test_codes_that_do_not_exist_leave_no_row_and_count_for_nothing(user):
    """Otherwise strangers could fill the table and distort the figures."""
    opened(user.invite_code.value)
    for number in range(2, 10):
        opened(f"ZZZ99{number}")
    funnel.flush()
    assert LinkCount.objects.count() == 1
    assert opened_in_all() == 1
    assert funnel.of(NOBODYS) == (0, 0, 0, 0)


def test_codes_wait_in_bounded_memory_while_the_database_is_down(monkeypatch, user):
    monkeypatch.setattr(funnel.LINKS, "MOST", 3)
    opened(user.invite_code.value)
    for number in range(10):
        opened(f"ZZZ99{number}")
    opened(user.invite_code.value)
    assert len(funnel.LINKS._pending) == 3
    funnel.flush()
    assert funnel.of(user.invite_code.value).opened == 2


def test_what_came_of_a_link_is_seen_by_its_cookie(invited, friend, phone, sent_code):
    opened(friend.invite_code.value)
    invited.submit("/", phone=phone)
    invited.submit("/code/", code=sent_code())
    invited.on_profile("/profile/activate/", invite_code=friend.invite_code.value)
    funnel.flush()
    assert funnel.of(friend.invite_code.value) == (1, 1, 1, 1)


def test_a_user_from_before_is_no_new_one(invited, friend, user, sent_code):
    invited.submit("/", phone=user.phone)
    invited.submit("/code/", code=sent_code())
    funnel.flush()
    assert funnel.of(friend.invite_code.value) == (0, 1, 0, 0)


def test_a_forged_cookie_counts_for_nothing(friend):
    request = RequestFactory().post("/")
    request.user, request.COOKIES[INVITATION.name] = AnonymousUser(), friend.invite_code.value
    happened("code asked for on a page", request=request)
    funnel.flush()
    assert not LinkCount.objects.exists()


def test_every_code_asked_for_counts_for_the_system(anyone, phone):
    anyone.request_code(phone)
    funnel.flush()
    policy.ASKED.flush()
    assert Counter.objects.get(kind="codes-asked").count == 1
    assert not LinkCount.objects.exists()


def test_a_funnel_takes_one_statement(user, friend, django_assert_num_queries):
    invites.activate(friend, user.invite_code.value)
    opened(user.invite_code.value, 2)
    funnel.flush()
    with django_assert_num_queries(1):
        assert funnel.of(user.invite_code.value) == (2, 0, 0, 1)


def test_counts_go_with_their_code(user):
    opened(user.invite_code.value)
    funnel.flush()
    opened(user.invite_code.value)
    deletion.erase(user)
    funnel.flush()
    assert not LinkCount.objects.exists()


def test_counts_are_written_aside_and_soon(monkeypatch, user):
    armed = []
    monkeypatch.setattr(meters, "later", lambda seconds, flush: armed.append(seconds))
    opened(user.invite_code.value, 100)
    assert armed == [5.0]
