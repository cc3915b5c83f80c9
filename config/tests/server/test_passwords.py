import http.client
import itertools
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from config.tests.load import retry
from config.tests.product import running
from tools.health import Health

pytestmark = pytest.mark.django_db(transaction=True)
LOGIN = "/admin/login/"
RATE, LEAST = 50, 15  # a second; two processes hash five or six
OPEN = 16  # that wait for an answer: ten are hashed or in the queues, the others refused at once
BOUND = 0.2  # seconds


class Door:
    """The admin's login form, for people at any address."""

    def __init__(self, port):
        self.port = port
        _, headers, text = self._ask("GET", LOGIN)
        self.cookie = headers["Set-Cookie"].partition(";")[0]
        self.token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text)[1]

    def knock(self, phone, address):
        form = {"csrfmiddlewaretoken": self.token, "username": phone, "password": "wrong"}
        headers = {
            "Cookie": self.cookie,
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": address,
        }
        return self._ask("POST", LOGIN, urlencode(form), headers)[0]

    def _ask(self, *request):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            link.request(*request)
            answer = link.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            link.close()


class Knocking(threading.Thread):
    """Fifty wrong passwords a second, or as many as get an answer on a busy machine."""

    def __init__(self, door):
        super().__init__()
        self.door, self.over, self.statuses = door, threading.Event(), []
        self.free = threading.Semaphore(OPEN)

    def run(self):
        with ThreadPoolExecutor(OPEN) as pool:
            for number in itertools.count():
                self.free.acquire()
                if self.over.wait(1 / RATE):
                    return
                pool.submit(self.knock, number)

    def knock(self, number):
        phone, address = f"+7916{number:07}", f"10.0.{number // 250}.{number % 250}"
        self.statuses.append(self.door.knock(phone, address))
        self.free.release()

    def longest_answer(self):
        """Of healthz within two seconds; None if few knocks were answered meanwhile."""
        before, health = len(self.statuses), Health(self.door.port)
        time.sleep(2)
        answer, answered = health.stop(), len(self.statuses) - before
        return answer if answered >= 2 * LEAST else None


def test_fifty_wrong_passwords_a_second_hold_nobody_up():
    """Even a shared machine is quiet for two seconds now and then; a blocked server never is."""
    with running() as server:
        knocking = Knocking(Door(server.port))
        knocking.start()
        try:
            retry(lambda: (knocking.longest_answer() or BOUND) < BOUND or None, seconds=120)
        finally:
            knocking.over.set()
            knocking.join()
    assert set(knocking.statuses) == {200, 429}, "some passwords are compared, and some are not"
