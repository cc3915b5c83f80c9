import http.client
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from urllib.parse import urlencode

import pytest

from config.tests.product import running

pytestmark = pytest.mark.django_db(transaction=True)
LOGIN = "/admin/login/"
THREADS, EACH, SECONDS = 10, 5, 6  # fifty a second


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


def test_fifty_wrong_passwords_a_second_hold_nobody_up():
    over, statuses, times = threading.Event(), [], []

    def keep_knocking(thread):
        number = 0
        while not over.wait(1 / EACH):
            number += 1
            statuses.append(door.knock(f"+791600{thread}{number:04}", f"10.0.{thread}.{number}"))

    with running() as server, ThreadPoolExecutor(THREADS) as pool:
        door = Door(server.port)
        knocking = [pool.submit(keep_knocking, thread) for thread in range(THREADS)]
        time.sleep(2)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            began = time.monotonic()
            assert server.call("GET", "/healthz")[0] == 200
            times.append(time.monotonic() - began)
            time.sleep(0.05)
        over.set()
        for one in knocking:
            one.result()
    assert set(statuses) <= {200, 429}
    assert 200 in statuses, "no password was compared"
    assert median(times) < 0.2
