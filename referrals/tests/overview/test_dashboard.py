import json
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from referrals.models import Activation
from referrals.overview import charts, figures
from users.limits import policy
from users.models import Counter
from users.signals import happened
from users.tests.failures import fail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    """Clear the process's cache of figures, since each test starts with new tables."""
    cache.clear()


def test_the_last_thirty_days_are_there_the_quiet_ones_too():
    days = figures.days(30)
    today = timezone.now().date()
    assert [day.date for day in days] == [today - timedelta(n) for n in range(29, -1, -1)]
    assert {(day.logins, day.new_users, day.activations, day.codes_sent) for day in days} == {
        (0, 0, 0, 0)
    }


def test_each_day_has_its_own_users_and_activations(join, friend, as_user):
    for age in (0, 3, 3, 29, 30):
        person = join(date_joined=timezone.now() - timedelta(days=age))
        as_user(person).activate(friend.invite_code.value)
        then = timezone.now() - timedelta(days=age)
        Activation.objects.filter(invitee=person).update(activated_at=then)
    days = figures.days(30)
    joined, activated = [day.new_users for day in days], [day.activations for day in days]
    assert (joined[-1], joined[-4], joined[0], sum(joined)) == (2, 2, 1, 5)  # including the friend
    assert (activated[-1], activated[-4], activated[0], sum(activated)) == (1, 2, 1, 4)


def test_a_day_begins_at_midnight_by_utc(join):
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    join(date_joined=midnight)
    join(date_joined=midnight - timedelta(microseconds=1))
    assert [day.new_users for day in figures.days(30)][-2:] == [1, 1]


@pytest.mark.parametrize(
    ("language", "written"), [("en", r"\d+ [A-Z][a-z]+"), ("ru", r"\d+ [а-я]+")]
)
def test_days_are_written_as_in_each_language(language, written):
    with translation.override(language):
        (chart, *_) = charts.page()["charts"]
    assert all(re.fullmatch(written, label) for label in json.loads(chart["data"])["labels"])


def test_logins_and_codes_of_this_moment_count(anyone, phone, sent_code):
    anyone.request_code(phone)
    anyone.request_code("+79160009999")
    anyone.request_code(phone)
    assert anyone.confirm(phone, "0000").status_code == 400
    today = figures.days(30)[-1]
    assert (today.codes_sent, today.logins) == (2, 0)


def test_a_login_counts_as_one(anyone, phone, sent_code):
    anyone.request_code(phone)
    assert anyone.confirm(phone, sent_code()).status_code == 200
    today = figures.days(30)[-1]
    assert (today.codes_sent, today.logins, today.new_users) == (1, 1, 1)


def test_hours_are_added_up_to_days():
    day = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
    for hour in range(24):
        Counter.objects.create(kind="logins", hour=day + timedelta(hours=hour), count=10)
    assert figures.days(30)[-3].logins == 240


def test_the_past_is_counted_once_and_today_always(join, django_assert_num_queries):
    figures.days(30)
    join()
    with django_assert_num_queries(3):
        assert figures.days(30)[-1].new_users == 1


def test_who_came_by_a_code_are_new_users_alone(join, friend, as_user):
    old = join(date_joined=timezone.now() - timedelta(days=90))
    as_user(old).activate(friend.invite_code.value)
    as_user(join()).activate(friend.invite_code.value)
    assert figures.sums(30).came_by_code == 1


def test_top_inviters_are_those_of_these_days(join, friend, stranger, as_user):
    for inviter, count in ((friend, 2), (stranger, 3)):
        for _ in range(count):
            as_user(join()).activate(inviter.invite_code.value)
    long_ago = timezone.now() - timedelta(days=40)
    late = Activation.objects.filter(inviter=stranger).values("pk")[:2]
    Activation.objects.filter(pk__in=list(late.values_list("pk", flat=True))).update(
        activated_at=long_ago
    )
    top = [(one.phone, one.invitees) for one in figures.sums(30).top_inviters]
    assert top == [(friend.phone, 2), (stranger.phone, 1)]


def test_phones_under_attack_are_counted_not_named(user, friend):
    fail(policy.GUESSES_PER_PHONE, 6, user.phone)
    fail(policy.GUESSES_PER_PHONE, 5, friend.phone)
    fail(policy.GUESSES_PER_NETWORK, 30, "203.0.113.9")
    assert figures.sums(30).escalated_phones == 1


def test_staff_who_may_see_users_see_the_figures(client, staff, user):
    client.force_login(staff)
    page = client.get("/admin/")
    assert len(page.context["dashboard"]["cards"]) == 6
    assert 'class="chart"' in page.content.decode()


def test_the_page_shows_shares_and_links(client, staff, join, friend, as_user):
    as_user(join()).activate(friend.invite_code.value)
    client.force_login(staff)
    text = client.get("/admin/").content.decode()
    assert "33 %" in text  # one of staff, friend and the invitee
    assert f'href="/admin/users/user/{friend.pk}/change/"' in text
    assert 'href="/admin/users/limit/?long=phones"' in text


def test_staff_who_may_not_see_users_see_no_figure(client, join):
    person = join(is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename="view_counter"))
    client.force_login(person)
    page = client.get("/admin/")
    assert "dashboard" not in page.context
    assert 'class="chart"' not in page.content.decode()
    assert "/admin/users/counter/" in page.content.decode()


def test_the_page_speaks_russian(client, staff):
    client.force_login(staff)
    text = client.get("/admin/", headers={"Accept-Language": "ru"}).content.decode()
    for words in ("Обзор", "Новые пользователи", "Отправлено кодов", "больше всех за 30 дней"):
        assert words in text


def test_figures_cost_few_statements_whatever_the_number_of_inviters(
    join, as_user, django_assert_num_queries
):
    for _ in range(5):
        inviter = join()
        as_user(join()).activate(inviter.invite_code.value)
    with django_assert_num_queries(4):
        assert len(figures.sums(30).top_inviters) == 5


def test_a_range_is_compared_with_the_one_before_it(join):
    for days in (1, 2, 8, 9, 10, 40):
        join(date_joined=timezone.now() - timedelta(days=days))
    cards = charts.page("7")["cards"]
    assert (cards[0].value, cards[0].change) == ("2", "−33 %")
    cards = charts.page("30")["cards"]
    assert (cards[0].value, cards[0].change) == ("5", "+400 %")


def test_what_lies_before_ends_at_the_same_time_of_day(join):
    """Otherwise the incomplete day would make every change look worse."""
    join(date_joined=timezone.now() - timedelta(days=7, minutes=1))
    join(date_joined=timezone.now() - timedelta(days=7) + timedelta(minutes=1))
    assert figures.before(7).new_users == 1


def test_where_nothing_was_before_there_is_no_change(join):
    join()
    assert charts.page("90")["cards"][0].change == ""


@pytest.mark.parametrize("asked", ["", "8", "x", "-1", "٧"])
def test_another_range_than_those_is_the_usual_one(asked):
    assert charts.page(asked)["number"] == 30


def test_many_days_share_a_bar_and_today_is_pale():
    for asked, bars in (("7", 7), ("30", 30), ("90", 30)):
        for chart in charts.page(asked)["charts"]:
            for dataset in json.loads(chart["data"])["datasets"]:
                assert len(dataset["data"]) == bars
                *past, today = dataset["backgroundColor"]
                assert set(past) == {today.removesuffix("66")} != {today}


def test_the_funnel_has_links_codes_users_and_activations(join, friend, as_user, anyone, phone):
    happened("invite link opened", code=friend.invite_code.value)
    anyone.request_code(phone)
    as_user(join()).activate(friend.invite_code.value)
    steps = charts.page()["funnel"]
    assert [(step.value, step.percent) for step in steps] == [
        *(("1", 50), ("1", 50)),
        *(("2", 100), ("1", 50)),
    ]


def test_the_page_takes_as_many_statements_for_every_range(client, staff):
    client.force_login(staff)
    client.get("/admin/")
    counts = []
    for days in (7, 30, 90):
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/admin/?days={days}")
        counts.append(len(captured))
    assert len(set(counts)) == 1
    assert counts[0] <= 25
