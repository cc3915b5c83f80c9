import logging

import pytest

from config.tests.factories import HERE
from users.models import Session
from users.sessions.lifecycle import open_session
from users.sessions.tokens import pair
from users.tests.browsing import wrong

pytestmark = pytest.mark.django_db


@pytest.fixture
def events(caplog):
    caplog.set_level(logging.INFO, logger="users.security")

    def named(event: str) -> list[logging.LogRecord]:
        return [r for r in caplog.records if getattr(r, "event", "") == event]

    return named


def test_a_login_is_logged_with_user_and_address(anyone, user, sent_code, events):
    anyone.request_code(user.phone)
    anyone.confirm(user.phone, sent_code())
    (login,) = events("login")
    assert (login.user, login.address) == (user.pk, "127.0.0.1")


def test_a_failed_guess_is_logged_with_a_masked_phone(anyone, events):
    anyone.confirm("+79161234567", "0000")
    (guess,) = events("guess failed")
    assert (guess.phone, guess.address) == ("+7916***67", "127.0.0.1")


def test_codes_that_get_longer_are_logged_once(anyone, phone, events, sent_code):
    for _ in range(3):
        anyone.request_code(phone)
        for _ in range(3):
            anyone.confirm(phone, wrong(sent_code()))
    (one,) = events("codes escalated")
    assert (one.phone, one.kind) == (f"{phone[:5]}***{phone[-2:]}", "guesses-phone")


def test_no_event_holds_a_phone_a_code_or_a_ticket(anyone, user, events, sent_code, caplog):
    ticket = anyone.request_code(user.phone).json()["ticket"]
    anyone.confirm(user.phone, wrong(sent_code()), ticket=ticket)
    anyone.confirm(user.phone, sent_code(), ticket=ticket)
    assert len(caplog.records) == 2
    assert ticket not in caplog.text
    assert user.phone not in caplog.text


def test_a_replayed_refresh_token_is_logged(anyone, user, events, commits):
    session = open_session(user, HERE)
    Session.objects.update(counter=2)
    with commits():
        anyone.refresh(pair(session)["refresh"])
    (ended,) = events("session ended")
    assert (ended.reason, ended.user) == ("refresh token replayed", user.pk)


def test_ended_sessions_are_logged_with_their_user(me, user, as_user, events, commits):
    other = as_user(user)
    with commits():
        me.call("DELETE", "auth/sessions/")
        assert other.profile().status_code == 401
        me.call("POST", "auth/logout/")
    assert [(one.reason, one.user) for one in events("session ended")] == [
        ("ended by user", user.pk),
        ("logout", user.pk),
    ]


def test_the_json_format_has_the_facts_as_fields(anyone):
    import json

    from pythonjsonlogger.orjson import OrjsonFormatter

    formatter = OrjsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(json.loads(formatter.format(record)))
    logger = logging.getLogger("users.security")
    logger.addHandler(handler)
    try:
        anyone.confirm("+79161234567", "0000")
    finally:
        logger.removeHandler(handler)
    assert lines[0]["event"] == "guess failed"
    assert lines[0]["phone"] == "+7916***67"


def test_the_end_of_an_account_is_logged_by_its_id(me, user, events, commits):
    with commits():
        assert me.call("DELETE", "profile/").status_code == 204
    assert [one.user for one in events("account deleted")] == [user.pk]
