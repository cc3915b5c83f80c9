from datetime import timedelta

import jwt
import pytest
from django.conf import settings as django_settings

from config.tests.api_client import Client, error
from config.tests.factories import HERE
from users.models import Session, User
from users.sessions.lifecycle import open_session
from users.sessions.tokens import pair

pytestmark = pytest.mark.django_db
START = "2026-11-20T12:00:00Z"


@pytest.fixture
def session(user):
    return open_session(user, HERE)


@pytest.fixture
def tokens(time_machine, user):
    time_machine.move_to(START, tick=False)
    return pair(open_session(user, HERE))


def works(access: str) -> bool:
    answer = Client().use(access).profile()
    assert answer.status_code == 200 or error(answer) == "token_not_valid"
    return answer.status_code == 200


def test_the_access_token_lives_ten_minutes_and_the_leeway_of_clocks(tokens, time_machine):
    claims = jwt.decode(tokens["access"], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == tokens["expires_in"] == 600
    time_machine.shift(timedelta(seconds=629))
    assert works(tokens["access"])
    time_machine.shift(timedelta(seconds=1))
    assert not works(tokens["access"])


def test_a_refresh_gives_the_next_pair(anyone, tokens, time_machine):
    time_machine.shift(timedelta(minutes=11))
    answer = anyone.refresh(tokens["refresh"])
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh", "expires_in"}
    assert answer.json()["refresh"] != tokens["refresh"]
    assert works(answer.json()["access"])


def test_a_lost_answer_is_repeated_for_a_minute(anyone, tokens, time_machine):
    time_machine.shift(timedelta(minutes=1))
    first = anyone.refresh(tokens["refresh"]).json()
    time_machine.shift(timedelta(seconds=60))
    assert anyone.refresh(tokens["refresh"]).json() == first
    assert anyone.refresh(first["refresh"]).status_code == 200


def test_a_token_replayed_after_a_minute_ends_the_session(anyone, tokens, time_machine):
    current = anyone.refresh(tokens["refresh"]).json()
    time_machine.shift(timedelta(seconds=61))
    assert error(anyone.refresh(tokens["refresh"])) == "token_not_valid"
    assert not works(current["access"])
    assert error(anyone.refresh(current["refresh"])) == "token_not_valid"


def test_a_token_two_back_ends_the_session_at_once(anyone, tokens):
    second = anyone.refresh(tokens["refresh"]).json()
    third = anyone.refresh(second["refresh"]).json()
    assert error(anyone.refresh(tokens["refresh"])) == "token_not_valid"
    assert error(anyone.refresh(third["refresh"])) == "token_not_valid"


def test_a_session_idle_for_thirty_days_is_over(anyone, tokens, time_machine):
    time_machine.shift(timedelta(days=29, hours=23))
    fresh = anyone.refresh(tokens["refresh"]).json()
    time_machine.shift(timedelta(days=30, seconds=30))
    assert error(anyone.refresh(fresh["refresh"])) == "token_not_valid"


def test_a_session_ends_after_ninety_days_however_much_it_is_used(anyone, tokens, time_machine):
    refresh = tokens["refresh"]
    for _ in range(3):
        time_machine.shift(timedelta(days=29))
        refresh = anyone.refresh(refresh).json()["refresh"]
    claims = jwt.decode(refresh, options={"verify_signature": False})
    assert claims["exp"] == claims["end"]
    time_machine.shift(timedelta(days=3))
    assert error(anyone.refresh(refresh)) == "token_not_valid"


def test_logout_kills_both_tokens_at_once(anyone, as_user, user):
    client = as_user(user)
    assert client.call("POST", "auth/logout/").status_code == 204
    assert error(client.profile()) == "token_not_valid"
    assert error(anyone.refresh(client.refresh_token)) == "token_not_valid"
    assert error(client.call("POST", "auth/logout/")) == "token_not_valid"


def test_logout_leaves_other_sessions_alone(as_user, user):
    phone, laptop = as_user(user), as_user(user)
    phone.call("POST", "auth/logout/")
    assert laptop.profile().status_code == 200


def test_a_ban_takes_effect_on_the_next_call(anyone, me, user):
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert error(me.profile()) == "token_not_valid"
    assert error(anyone.refresh(me.refresh_token)) == "token_not_valid"


def test_sessions_are_listed_with_the_current_one_marked(user, as_user):
    other, mine = as_user(user), as_user(user)
    listed = mine.call("GET", "auth/sessions/").json()
    assert [set(one) for one in listed] == [
        {"id", "created_at", "last_used_at", "user_agent", "ip", "current"}
    ] * 2
    assert [one["current"] for one in listed].count(True) == 1
    assert all(one["created_at"].endswith("Z") for one in listed)
    assert other.call("GET", "auth/sessions/").json() != listed


def test_another_session_can_be_ended(user, as_user):
    other, mine = as_user(user), as_user(user)
    listed = mine.call("GET", "auth/sessions/").json()
    foreign = next(one["id"] for one in listed if not one["current"])
    assert mine.call("DELETE", f"auth/sessions/{foreign}/").status_code == 204
    assert error(other.profile()) == "token_not_valid"
    assert mine.profile().status_code == 200
    assert error(mine.call("DELETE", f"auth/sessions/{foreign}/")) == "not_found"


def test_an_id_may_be_written_in_capitals(user, as_user):
    other, mine = as_user(user), as_user(user)
    (foreign,) = (
        one["id"] for one in mine.call("GET", "auth/sessions/").json() if not one["current"]
    )
    assert mine.call("DELETE", f"auth/sessions/{foreign.upper()}/").status_code == 204
    assert error(other.profile()) == "token_not_valid"


def test_all_other_sessions_can_be_ended(user, as_user):
    others, mine = [as_user(user) for _ in range(3)], as_user(user)
    assert mine.call("DELETE", "auth/sessions/").status_code == 204
    assert [error(other.profile()) for other in others] == ["token_not_valid"] * 3
    assert mine.profile().status_code == 200


def test_somebody_elses_session_is_not_found(me, friend, as_user):
    theirs = as_user(friend)
    session = Session.objects.get(user=friend)
    assert error(me.call("DELETE", f"auth/sessions/{session.pk}/")) == "not_found"
    assert theirs.profile().status_code == 200


def test_a_session_remembers_its_device(anyone, phone, sent_code):
    anyone.request_code(phone)
    agent = "Tester/1.0 " + "x" * 300
    body = {"phone": phone, "code": sent_code()}
    anyone.call("POST", "auth/token/", body, HTTP_USER_AGENT=agent)
    session = Session.objects.get()
    assert (session.ip, session.user_agent) == ("127.0.0.1", agent[:200])


def test_verify_tells_good_tokens_from_bad(anyone, tokens, user):
    def verify(token: str):
        return anyone.call("POST", "auth/token/verify/", {"token": token})

    session = Session.objects.get()
    for kind, ends in (("access", "2026-11-20T12:10:00Z"), ("refresh", "2026-12-20T12:00:00Z")):
        answer = verify(tokens[kind])
        assert answer.status_code == 200
        assert answer.json() == {
            "token_type": kind,
            "user_id": str(user.pk),
            "session_id": str(session.pk),
            "expires_at": ends,
        }
    anyone.refresh(tokens["refresh"])
    assert error(verify(tokens["refresh"])) == "token_not_valid"
    Session.objects.all().delete()
    assert error(verify(tokens["access"])) == "token_not_valid"


def signed(claims: dict, key: str | None = None, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, key or django_settings.JWT_SIGNING_KEY, algorithm=algorithm)


def test_no_forged_token_opens_anything(anyone, session):
    good = pair(session)
    claims = jwt.decode(good["access"], options={"verify_signature": False})
    header, body, signature = good["access"].split(".")
    forged = {
        "tampered": f"{header}.{body[:-2]}AA.{signature}",
        "alg none": jwt.encode(claims, "", algorithm="none"),
        "wrong key": signed(claims, "another-key-another-key-another-key"),
        "another algorithm": signed(claims, algorithm="HS512"),
        "refresh as access": good["refresh"],
        "no session": signed({**claims, "sid": "00000000-0000-4000-8000-000000000000"}),
        "session is no id": signed({**claims, "sid": "x"}),
        "session is a number": signed({**claims, "sid": 5}),
        "session is a list": signed({**claims, "sid": ["x"]}),
        "no session named": signed({k: v for k, v in claims.items() if k != "sid"}),
        "no type": signed({k: v for k, v in claims.items() if k != "token_type"}),
        "no expiry": signed({k: v for k, v in claims.items() if k != "exp"}),
        "expired": signed({**claims, "exp": 1}),
        "signed by SECRET_KEY": signed(claims, django_settings.SECRET_KEY),
        "nothing": "",
        "dots": "..",
        "text": "x" * 5000,
        "not ASCII": "\xfe\xff",
    }
    opened = [name for name, token in forged.items() if works(token)]
    refreshed = [
        name
        for name, token in {**forged, "access as refresh": good["access"]}.items()
        if name != "refresh as access" and anyone.refresh(token).status_code == 200
    ]
    assert (opened, refreshed) == ([], [])
    assert works(good["access"])


PRIVATE = [
    ("POST", "auth/logout/"),
    ("GET", "auth/sessions/"),
    ("DELETE", "auth/sessions/"),
    ("DELETE", "auth/sessions/00000000-0000-4000-8000-000000000000/"),
    ("GET", "profile/"),
    ("PATCH", "profile/"),
    ("DELETE", "profile/"),
    ("POST", "profile/activate/"),
    ("GET", "profile/invitees/"),
    ("GET", "profiles/"),
    ("GET", "profiles/00000000-0000-4000-8000-000000000000/"),
]


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_every_private_call_needs_a_live_token(anyone, me, method, path):
    answer = anyone.call(method, path)
    assert (answer.status_code, error(answer)) == (401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    for header in ("Bearer", "Bearer x", "Bearer a b c", "Bearer \xff"):
        answer = anyone.call(method, path, HTTP_AUTHORIZATION=header)
        assert (answer.status_code, error(answer)) == (401, "token_not_valid")
    Session.objects.all().delete()
    assert error(me.call(method, path)) == "token_not_valid"


def test_a_dead_token_does_not_hinder_logging_in(tokens, phone, sent_code):
    client = Client().use("dead")
    assert client.request_code(phone).status_code == 200
    assert client.confirm(phone, sent_code()).status_code == 200


def test_refreshes_of_one_session_are_bounded(anyone, tokens):
    answers = [anyone.refresh(tokens["refresh"]) for _ in range(61)]
    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    assert error(answers[-1]) == "throttled"
