"""A transaction that PostgreSQL aborts through no fault of the caller is repeated."""

import pytest
from django.db import OperationalError, transaction

from config.tests.factories import join
from users.models import User
from users.transactions import atomic_repeated


class DriverError(Exception):
    """The driver's error, with its SQLSTATE."""

    def __init__(self, pgcode):
        super().__init__(pgcode)
        self.pgcode = pgcode


@pytest.fixture
def flaky():
    """A function that creates a user each time, and fails a given number of times."""

    def make(times, pgcode):
        failures = [DriverError(pgcode)] * times

        @atomic_repeated
        def run():
            join()
            if failures:
                raise OperationalError from failures.pop()

        return run

    return make


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pgcode", ["40P01", "40001"])
def test_a_deadlock_or_a_serialization_failure_is_repeated_once(flaky, pgcode):
    flaky(1, pgcode)()
    assert User.objects.count() == 1
    with pytest.raises(OperationalError):
        flaky(2, pgcode)()
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pgcode", ["57014", "25006", None])
def test_any_other_failure_is_not(flaky, pgcode):
    with pytest.raises(OperationalError):
        flaky(1, pgcode)()
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_inside_of_another_transaction_there_is_nothing_to_repeat(flaky):
    with pytest.raises(OperationalError), transaction.atomic():
        flaky(1, "40P01")()
    assert not User.objects.exists()
