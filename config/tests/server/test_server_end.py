"""A server or worker that ends, whether told to or not, loses nothing that it accepted."""

import itertools
import os
import signal
import threading
import time
from collections import Counter

import pytest
from django.core.management import call_command

from config.tests.factories import access_tokens, people
from config.tests.load import ACTIVATE, BROKEN, CODE, Load, Visitor, retry
from config.tests.product import running
from referrals.models import Activation, InviteCode

pytestmark = pytest.mark.django_db(transaction=True)


def visits(port):
    """What each thread does again and again on new connections; half of them ask for codes."""
    numbers = itertools.count()

    def once(thread):
        number, visitor = next(numbers), Visitor(port)
        try:
            if thread % 2:
                return visitor.ask("GET", "/healthz")
            address = f"10.1.{number // 250}.{number % 250}"
            return visitor.ask("POST", CODE, {"phone": f"+7916{number:07}"}, address)
        finally:
            visitor.leave()

    return once


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_told_to_end_answers_what_it_accepted(transactional_db, workers):
    with (
        running(SMS_DELAY="0.2-1", WEB_CONCURRENCY=workers) as server,
        Load(60, visits(server.port)) as load,
    ):
        load.await_results(300)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0
        retry(lambda: load.results.count("refused") == 60 or None)  # each thread's last
    outcomes = Counter(load.results)
    # The system completes connections by itself, also between the last accept() and close().
    assert outcomes.pop("lost", 0) <= 1
    assert set(outcomes) == {200, "refused"}, outcomes


@pytest.mark.parametrize("order", ["SIGTERM", "SIGINT"])
def test_a_worker_that_has_just_been_forked_ends_too(transactional_db, monkeypatch, order):
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--worker-class config.tests.server.drowsy.Worker")
    with running(WEB_CONCURRENCY="2") as server:
        first = server.workers
        os.kill(min(first), signal.SIGKILL)
        successor = retry(lambda: server.workers - first or None)
        began = time.monotonic()
        for pid in (server.process.pid, *successor):  # Ctrl-C reaches all
            os.kill(pid, signal.Signals[order])
        assert server.process.wait(60) == 0
        assert time.monotonic() - began < 10


def test_workers_are_replaced_and_no_request_is_lost(transactional_db, monkeypatch):
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--max-requests 300 --max-requests-jitter 100")
    with running(SMS_DELAY="0.1-0.6") as server:
        first = server.workers
        with Load(40, visits(server.port)) as load:
            load.await_results(1500, 60)
            deadline = time.monotonic() + 30  # a worker that ends first answers what it began
            while first & server.workers and time.monotonic() < deadline:
                time.sleep(0.1)
            load.await_results(len(load.results) + 200, 60)
        assert set(load.results) == {200}
        assert not first & server.workers, "no worker was replaced"


def test_a_killed_worker_costs_a_retry_and_no_activation(transactional_db, capsys):
    users = people(201)
    tokens, code = access_tokens(users), users[0].invite_code.value
    waiting = iter(tokens[1:])
    lock, broken = threading.Lock(), Counter()
    with running() as server:
        victims = server.workers  # both, so that one of them surely has something to do

        def activate_one(_thread):
            with lock:
                token = next(waiting, None)

            def once():
                try:
                    return server.call("POST", ACTIVATE, {"invite_code": code}, token)[0]
                except BROKEN:
                    broken["lost"] += 1

            return token and retry(once)

        with Load(16, activate_one) as load:
            load.await_results(50)
            for victim in victims:
                os.kill(victim, signal.SIGKILL)
            load.await_results(200, 60)
        assert not victims & server.workers
    assert broken["lost"] > 0, "the workers had nothing to do"
    assert Counter(load.results) == {200: 200}
    assert Activation.objects.count() == 200
    assert InviteCode.objects.get(value=code).activations_count == 200
    call_command("recount_activations")
    assert capsys.readouterr().out == "0 counters mended.\n"


def test_a_reload_replaces_all_workers(transactional_db):
    with running(WEB_CONCURRENCY="2", METRICS="true") as server:
        old = server.workers
        server.process.send_signal(signal.SIGHUP)
        retry(lambda: (len(server.workers) == 2 and server.workers.isdisjoint(old)) or None)
        assert server.call("GET", "/readyz")[0] == 200
