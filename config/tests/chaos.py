"""Threads that perform random actions at once; their results, and PostgreSQL's deadlock count."""

import os
import random
import threading
import time
from collections import Counter

from dj_db_conn_pool.core import pool_container
from django.db import connection, connections

from users.errors import Refusal

SECONDS = float(os.environ.get("CHAOS_SECONDS", "6"))
THREADS = 12
LEAST = 40  # operations per thread, however slow the machine is


class Chaos(threading.Thread):
    """Performs random actions; counts the outcomes and keeps unexpected errors."""

    def __init__(self, dice, actions, until):
        super().__init__()
        self.dice, self.actions, self.until = dice, actions, until
        self.done, self.faults = Counter(), []

    def run(self):
        try:
            while self.goes_on() and not self.faults:
                (action,) = self.dice.choices(list(self.actions), self.actions.values())
                self.do(action)
        finally:
            connections.close_all()

    def goes_on(self):
        return time.monotonic() < self.until or self.done.total() < LEAST

    def do(self, action):
        try:
            action(self.dice)
            self.done[action.__name__] += 1
        except Refusal as refusal:
            self.done[action.__name__, refusal.code] += 1
        except Exception as fault:  # noqa: BLE001  # any other exception fails the test
            self.faults.append((action.__name__, repr(fault)))


def let_loose(actions, *, seconds=SECONDS, seed=0):
    """Run the threads; returns counts by action, and of refusals by action and code.

    Each action has a weight, and gets its thread's random generator.
    """
    until = time.monotonic() + seconds
    threads = [Chaos(random.Random(f"{seed} {n}"), actions, until) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults := [fault for thread in threads for fault in thread.faults]:
        raise AssertionError(faults)
    return sum((thread.done for thread in threads), Counter())


def deadlocks():
    """How many deadlocks PostgreSQL has resolved in this database, unnoticed ones included."""
    connections.close_all()
    pool_container.dispose()  # an idle connection may report late, a closed one has done so
    time.sleep(1.5)
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]
