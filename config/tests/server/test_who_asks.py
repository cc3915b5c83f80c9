"""The JSON log says who asked: user and session in every line of a request, once they are known."""

import http.client
import json
import logging

import pytest

from config.settings import LOGGING
from config.tests.load import once
from config.tests.product import running
from config.web import request_ids
from users.models import Session

pytestmark = pytest.mark.django_db
WHO = "user", "session"


@pytest.fixture
def lines():
    """What the security log would write as JSON, without what every line has."""
    written = []
    formatter = logging.config.DictConfigurator(LOGGING).configure_formatter(
        dict(LOGGING["formatters"]["json"])
    )
    handler = logging.Handler()
    handler.emit = lambda record: written.append(json.loads(formatter.format(record)))
    handler.addFilter(request_ids.Filter())
    logger = logging.getLogger("users.security")
    logger.addHandler(handler)
    yield written
    logger.removeHandler(handler)


def test_an_event_of_a_logged_in_user_has_user_session_and_request(me, user, lines, commits):
    session = Session.objects.get()
    with commits():
        me.call("POST", "auth/logout/", headers={"X-Request-ID": "seven"})
    (ended,) = lines
    assert ended["event"] == "session ended"
    assert (ended["user"], ended["session"]) == (str(user.pk), str(session.pk))
    assert ended["request_id"] == "seven"


def test_so_has_one_of_a_page(my_browser, user, lines, commits):
    session = Session.objects.get()
    lines.clear()
    with commits():
        my_browser.on_profile("/profile/logout/")
    (ended,) = lines
    assert (ended["user"], ended["session"]) == (str(user.pk), str(session.pk))


def test_what_comes_after_it_from_somebody_else_has_neither(me, anyone, lines):
    me.profile()
    anyone.confirm("+79161234567", "0000")
    (guess,) = lines
    assert guess["event"] == "guess failed"
    assert not set(WHO) & set(guess)


def test_an_event_about_another_user_keeps_that_one_and_has_the_session_of_who_did_it(
    client, staff, user, lines, commits
):
    client.force_login(staff)
    session = Session.objects.get()
    with commits():
        client.post(f"/admin/users/user/{user.pk}/ban-user/", {"_form_submitted": "True"})
    about = {one["event"]: one for one in lines}["user banned"]
    assert (about["user"], about["by"]) == (str(user.pk), str(staff.pk))
    assert about["session"] == str(session.pk)


@once
@pytest.mark.django_db(transaction=True)
def test_the_access_line_has_them_and_the_next_one_on_the_connection_has_not(capfd):
    with running(LOG_FORMAT="json", WEB_CONCURRENCY="1") as server:
        access = server.log_in("+79161234567")["access"]
        link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        for headers in ({"Authorization": f"Bearer {access}"}, {}):
            link.request("GET", "/api/v1/profile/", None, headers)
            link.getresponse().read()
        link.close()
        session = Session.objects.get()
    log = capfd.readouterr().err
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    known, unknown = [one for one in lines if one.get("path") == "/api/v1/profile/"]
    assert (known["status"], unknown["status"]) == (200, 401)
    assert [known[name] for name in WHO] == [str(session.user_id), str(session.pk)]
    assert not set(WHO) & set(unknown)
    (login,) = [one for one in lines if one.get("event") == "login"]
    assert [login[name] for name in WHO] == [known[name] for name in WHO]
    assert "79161234567" not in log
    assert access not in log
