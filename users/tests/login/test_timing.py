"""Response times don't reveal whether a phone has an account."""

import random
import time

import pytest

from config.tests.api_client import Client
from users.clients import Client as Asker
from users.models import User
from users.sessions.lifecycle import open_session
from users.tests.browsing import wrong

pytestmark = pytest.mark.django_db
SAMPLES = 250


def difference(known: list[float], unknown: list[float]) -> float:
    """The z of the Mann-Whitney U test; beyond ±4 the two could be told apart."""
    ranked = sorted([(t, True) for t in known] + [(t, False) for t in unknown])
    ranks = sum(rank for rank, (_, is_known) in enumerate(ranked, start=1) if is_known)
    n, m = len(known), len(unknown)
    u = ranks - n * (n + 1) / 2
    return (u - n * m / 2) / (n * m * (n + m + 1) / 12) ** 0.5


def test_the_statistic_tells_different_things_apart():
    dice = random.Random(1)
    same = [[dice.gauss(10, 1) for _ in range(SAMPLES)] for _ in range(2)]
    slower = [dice.gauss(11, 1) for _ in range(SAMPLES)]
    assert abs(difference(*same)) < 4
    assert abs(difference(same[0], slower)) > 4


@pytest.mark.parametrize("escalated", [False, True])
def test_known_and_unknown_phones_take_the_same_time(escalated, monkeypatch, sms_outbox):
    if escalated:
        monkeypatch.setattr("users.limits.policy.Pair.digits", lambda *_, **__: 8)
    if told_apart(sms_outbox, 0):  # by chance, once in some thousand times
        assert not told_apart(sms_outbox, 1)


def told_apart(sms_outbox, number):
    """Whether times differ for known and unknown phones; each `number` has phones of its own."""
    here = Asker.at("192.0.2.77")
    people = User.objects.bulk_create([User(phone=f"+7926{number}{n:06}") for n in range(SAMPLES)])
    for person in people:
        open_session(person, here)
    phones = [(person.phone, True) for person in people]
    phones += [(f"+7936{number}{n:06}", False) for n in range(SAMPLES)]
    random.Random(2).shuffle(phones)
    times = {"ask": {True: [], False: []}, "guess": {True: [], False: []}}
    for n, (phone, known) in enumerate(phones):
        client = Client(f"10.{10 * number + n // 250}.{n % 250}.1")
        began = time.perf_counter()
        asked = client.request_code(phone)
        typed = wrong(sms_outbox[-1].text.rpartition("#")[2])
        between = time.perf_counter()
        guessed = client.confirm(phone, typed)
        times["ask"][known].append(between - began)
        times["guess"][known].append(time.perf_counter() - between)
        assert (asked.status_code, guessed.status_code) == (200, 400)
    return any(abs(difference(kind[True], kind[False])) > 4 for kind in times.values())
