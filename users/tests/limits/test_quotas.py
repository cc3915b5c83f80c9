"""What all processes together may do, exactly: leased in lots from the hour's row."""

import threading

import pytest
from django.db import OperationalError

from users.limits import quotas
from users.limits.quotas import Bounds, Quota
from users.models import Counter
from users.tests.counts import counted

pytestmark = pytest.mark.django_db
HOUR = 3600


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to("2026-11-20T12:30:00Z", tick=False)


def processes(count, hourly, weekly=10**6):
    return [Quota("test", lambda: Bounds(hourly, weekly)) for _ in range(count)]


def take_all(*quotas):
    """How many are to be had by turns until all are refused."""
    taken = 0
    while sum(granted := [quota.take() for quota in quotas]):
        taken += sum(granted)
    return taken


@pytest.mark.parametrize("hourly", [0, 1, 19, 20, 49, 1000, 1019])
def test_one_process_gets_no_more_than_the_bound(hourly):
    (quota,) = processes(1, hourly)
    assert quota.lot == max(1, min(20, hourly // 50))
    assert take_all(quota) == hourly


def test_four_processes_together_get_no_more_than_the_bound():
    assert take_all(*processes(4, 1000)) == 1000


def test_a_lot_takes_one_statement_and_its_use_none(django_assert_num_queries):
    (quota,) = processes(1, 1000)
    with django_assert_num_queries(1):
        for _ in range(20):
            assert quota.take()


def test_what_a_minute_took_counts_for_the_168_hours_after_it(time_machine):
    """To the end of an hour by the clock, since that is all that is kept of the minute."""
    (quota,) = processes(1, 1000, 1500)
    assert take_all(quota) == 1000
    time_machine.shift(HOUR)
    assert take_all(quota) == 500
    time_machine.shift(167 * HOUR)
    assert take_all(quota) == 0
    time_machine.shift(HOUR)
    assert take_all(quota) == 1000
    time_machine.shift(HOUR)
    assert take_all(quota) == 500
    assert quota.sums() == (500, 1500)


def test_what_was_leased_and_not_used_goes_back_when_the_hour_is_over(time_machine):
    (quota,) = processes(1, 1000)
    assert quota.take()
    assert quota.sums() == (20, 20)
    time_machine.shift(HOUR)
    assert quota.take()
    assert quota.sums() == (20, 21)


def test_what_is_given_back_can_be_taken_again_in_its_hour(time_machine):
    (quota,) = processes(1, 3)
    assert take_all(quota) == 3
    quota.give_back(2, since=quotas.this_hour().timestamp())
    assert take_all(quota) == 2
    quota.give_back(1, since=(quotas.this_hour().timestamp() - 1))
    assert take_all(quota) == 0
    quota.give_back(1, since=quotas.this_hour().timestamp())
    assert take_all(quota) == 1


def test_what_is_given_back_in_a_later_hour_does_not_count_for_it(time_machine):
    (quota,) = processes(1, 3)
    assert take_all(quota) == 3
    time_machine.shift(HOUR)
    quota.give_back(3, since=quotas.this_hour().timestamp())
    assert take_all(quota) == 3


def test_a_burst_leases_no_more_than_a_lot_and_what_it_uses(monkeypatch, at_once):
    """If each of 32 leased a lot, 640 of 1,000 would be gone at once: so the alarm went off."""
    (quota,) = processes(1, 1000)
    leasing, real = threading.Barrier(32), quotas.LEASE.row

    def row(**params):
        leasing.wait(20)  # all found nothing leased
        return real(**params)

    monkeypatch.setattr(quotas.LEASE, "row", row)
    assert at_once(lambda _: quota.take(), range(32)) == [True] * 32
    assert Counter.objects.get().count == 20 + 31
    assert counted(quota) == 32


def test_threads_of_many_processes_get_exactly_the_bound(at_once):
    four = processes(4, 100)  # in lots of two
    some = at_once(lambda n: [four[n % 4].take() for _ in range(3)].count(True), range(32))
    assert sum(some) + take_all(*four) == 100


def test_a_lease_that_fails_leaves_nothing_behind(monkeypatch):
    def fail(**_):
        raise OperationalError

    (quota,) = processes(1, 1000)
    with monkeypatch.context() as broken:
        broken.setattr(quotas.LEASE, "row", fail)
        with pytest.raises(OperationalError):
            quota.take()
    assert take_all(quota) == 1000
