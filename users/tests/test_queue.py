"""Queues are first come, first served, with limited waiting; real threads."""

import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from config.tests.api_client import error
from config.tests.load import in_parallel, once, retry
from users.errors import Unavailable
from users.login import delivery
from users.waiting import deadline
from users.waiting import queue as waiting
from users.waiting.queue import Queue

ON_GREENLETS = """
from gevent import monkey; monkey.patch_all()
import threading
from users.waiting import queue
served, line = [], queue.Queue(2)
def one(number):
    with line.place():
        served.append(number)
with line.place(), line.place():
    threads = [threading.Thread(target=one, args=(number,)) for number in range(50)]
    for thread in threads: thread.start()
    queue.PATIENCE = 0.1
    try: one("late")
    except queue.Unavailable: print("late")
for thread in threads: thread.join()
print(served == list(range(50)), line.waiting)
"""


@pytest.fixture
def line():
    return Queue(1)


class Person(threading.Thread):
    """Waits for a place, holds it for a moment, and keeps the outcome."""

    def __init__(self, line, served, name, *, first=False, stay=0.0):
        super().__init__(name=str(name))
        self.line, self.served, self.first, self.stay = line, served, first, stay
        self.refused, before = False, line.waiting
        self.start()
        retry(lambda: line.waiting > before or self.refused or not self.is_alive() or None)

    def run(self):
        try:
            with self.line.place(first=self.first):
                self.served.append(self.name)
                time.sleep(self.stay)
        except Unavailable:
            self.refused = True


@once
def test_who_comes_first_is_served_first(line):
    served = []
    with line.place():
        people = [Person(line, served, number) for number in range(20)]
    for one in people:
        one.join()
    assert served == [str(number) for number in range(20)]


@once
def test_who_takes_something_back_is_served_before_all_others(line):
    served = []
    with line.place():
        people = [Person(line, served, name) for name in "ab"]
        people.append(Person(line, served, "refund", first=True))
    for one in people:
        one.join()
    assert served == ["refund", "a", "b"]


@once
def test_there_are_never_more_than_the_places():
    line, lock, inside, most = Queue(3), threading.Lock(), 0, 0

    def one(_):
        nonlocal inside, most
        for _ in range(20):
            with line.place():
                with lock:
                    inside += 1
                    most = max(most, inside)
                time.sleep(0.0005)
                with lock:
                    inside -= 1

    in_parallel(one, range(24), 24)
    assert (most, inside, line.waiting) == (3, 0, 0)


@once
def test_nobody_waits_longer_than_their_patience(line, monkeypatch):
    assert waiting.PATIENCE == 10
    monkeypatch.setattr(waiting, "PATIENCE", 0.2)
    with line.place():
        began = time.monotonic()
        with pytest.raises(Unavailable) as refused, line.place():
            pass
        assert time.monotonic() - began >= 0.2
    assert refused.value.wait > 0
    with line.place():
        assert line.waiting == 0


@once
def test_nobody_waits_longer_than_their_request_may(line, monkeypatch):
    monkeypatch.setattr(deadline, "REQUEST", 0.1)
    began = time.monotonic()
    with line.place(), deadline.of_request(), pytest.raises(Unavailable), line.place():
        pass
    assert time.monotonic() - began < 5


@once
def test_who_could_expect_no_turn_in_time_is_told_at_once(line, monkeypatch):
    monkeypatch.setattr(waiting, "PATIENCE", 60)
    served = []
    with line.place():
        people = [Person(line, served, name) for name in "ab"]
        for _ in range(2):  # served within the window
            line._pace.count()
        line._pace._began -= 60
        assert Person(line, served, "late").refused  # three, at two a minute
        assert line.waiting == 2
    for one in people:
        one.join()
    assert served == ["a", "b"]


@once
def test_a_slow_start_refuses_nobody(line, monkeypatch):
    monkeypatch.setattr(waiting, "PATIENCE", 60)
    served = []
    with line.place():
        people = [Person(line, served, number) for number in range(40)]
        line._pace._began -= waiting.WINDOW / 2  # and nobody was served
        people.append(Person(line, served, 40))
    for one in people:
        one.join()
    assert served == [str(number) for number in range(41)]


@once
def test_where_nobody_is_served_newcomers_are_told_at_once_until_the_line_is_empty(line):
    served = []
    with line.place():
        one = Person(line, served, "patient")
        line._pace._began -= waiting.WINDOW
        assert Person(line, served, "late").refused
    one.join()
    with line.place():
        another = Person(line, served, "another")
        assert not another.refused
    another.join()
    assert served == ["patient", "another"]


@once
def test_a_place_given_to_somebody_who_just_left_goes_to_the_next(line, monkeypatch):
    class Late(threading.Event):
        def wait(self, timeout=None):
            super().wait(timeout)
            return False

    served = []
    with line.place():
        with monkeypatch.context() as patched:
            patched.setattr(waiting, "threading", SimpleNamespace(Event=Late))
            late = Person(line, served, "late")
        one = Person(line, served, "next")
    one.join()
    assert late.refused
    assert served == ["next"]
    with line.place():
        assert line.waiting == 0


@once
def test_greenlets_wait_in_line_like_threads():
    command = [sys.executable, "-c", ON_GREENLETS]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout.split() == ["late", "True", "0"]


@pytest.mark.django_db
def test_too_many_who_ask_for_codes_are_a_503_that_costs_nothing(
    anyone, phone, monkeypatch, sms_outbox
):
    monkeypatch.setattr(waiting, "PATIENCE", 0.1)
    with ExitStack() as busy:
        for _ in range(delivery.SENDERS):
            busy.enter_context(delivery._senders.place())
        answer = anyone.request_code(phone)
    assert (answer.status_code, error(answer)) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) == answer.json()["meta"]["retry_after"] >= 1
    assert not sms_outbox
    assert anyone.request_code(phone).status_code == 200
