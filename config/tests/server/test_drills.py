"""The drills themselves: their good clients repeat, and what can't be held is named."""

import http.server
import threading
from dataclasses import replace

import pytest

from config.tests.load import once
from tools.drill.__main__ import in_time
from tools.drill.client import Client, GaveUpError, Journal, UnexpectedError
from tools.drill.lanes import Held, hold_all
from tools.drill.measures import Row
from tools.drill.registry import Drill, load_drills

pytestmark = once


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status = self.server.answers.pop(0)
        self.server.addresses.append(self.client_address[0])
        if not status:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(b'{"errors": [{"code": "some_code"}]}')

    def log_message(self, *args): ...


@pytest.fixture
def answering():
    """A server that gives these answers, one after the other; 0 is none."""
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.addresses = []
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()

        def answers(*statuses):
            server.answers = list(statuses)
            return server

        yield answers
        server.shutdown()
        thread.join()


def client(server, journal):
    return Client([server.server_port], journal, "127.3.2.1")


def test_a_good_client_repeats_what_was_not_answered_and_heeds_a_503(answering):
    server, journal = answering(503, 0, 503, 200), Journal()
    assert client(server, journal).insist("look", "GET", "/").status == 200
    assert [one.status for one in journal.requests] == [503, 0, 503, 200]
    assert [one.failed for one in journal.requests] == [True, True, True, False]
    assert set(server.addresses) == {"127.3.2.1"}
    assert journal.unexpected == []


def test_it_gives_up_when_the_load_is_over(answering):
    with pytest.raises(GaveUpError):
        client(answering(503), Journal(deadline=0)).insist("look", "GET", "/")


@pytest.mark.parametrize("status", [400, 401, 409, 500])
def test_an_answer_that_nobody_expects_is_kept(answering, status):
    journal = Journal()
    with pytest.raises(UnexpectedError):
        client(answering(status), journal).insist("look", "GET", "/")
    assert journal.unexpected == [f"look: {status} some_code"]
    assert client(answering(status), journal).insist("look", "GET", "/", fine=(status,))


NAMELESS = Drill("nameless", "nothing", lambda scene: None)


def test_a_drill_whose_programs_are_missing_is_skipped_and_they_are_named():
    (held,) = hold_all([replace(NAMELESS, needs=("sh", "no-such-program"))], {}, quick=True)
    assert (held.row, held.failed) == (None, "")
    assert held.skipped == "no-such-program not installed"


def test_a_drill_that_breaks_off_has_failed_and_its_log_is_named():
    (held,) = hold_all([NAMELESS], {}, quick=True)  # there is none of this name
    assert (held.row, held.skipped) == (None, "")
    assert held.failed == "exit code 2; see .cache/drill/nameless.log"


def test_drills_are_held_again_only_as_long_as_there_is_time():
    took = {"long": 90.0, "short": 20.0, "middle": 30.0}
    held = [
        Held(replace(NAMELESS, name=name), Row(name, "", *[0] * 10, took=seconds))
        for name, seconds in took.items()
    ]
    assert [one.name for one in in_time(held, 60)] == ["short", "middle"]
    assert in_time(held, -5) == []


def test_every_drill_says_what_is_broken_and_a_few_are_quick():
    drills = load_drills()
    assert len({one.title for one in drills.values()}) == len(drills)
    assert 0 < sum(one.quick for one in drills.values()) <= 6
