"""Response headers: who may store a response, and why a token was refused."""

import pytest

from config.tests.api.test_bad_input import ALL
from config.tests.api_client import error

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("method", "path", "body"), ALL)
def test_no_cache_may_store_an_answer_of_the_api(staff, as_user, anyone, method, path, body):
    for client in (anyone, as_user(staff)):
        for sent in (body, {"phone": 5}):
            assert client.call(method, path, sent).headers["Cache-Control"] == "no-store"


def test_tokens_may_be_stored_by_nobody(anyone, phone, sent_code):
    anyone.request_code(phone)
    answer = anyone.confirm(phone, sent_code())
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


@pytest.mark.parametrize(("method", "path"), [("GET", "profile/"), ("DELETE", "auth/sessions/")])
def test_a_401_says_whether_a_token_was_wrong_or_missing(anyone, method, path):
    for header in ({}, {"HTTP_AUTHORIZATION": "Basic eDp5"}):
        answer = anyone.call(method, path, **header)
        assert error(answer) == "not_authenticated"
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    answer = anyone.call(method, path, HTTP_AUTHORIZATION="Bearer x")
    assert error(answer) == "token_not_valid"
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'


@pytest.mark.parametrize("path", ["refresh", "verify"])
def test_a_wrong_token_in_the_body_is_told_likewise(anyone, path):
    body = {"refresh": "x", "token": "x"}
    answer = anyone.call("POST", f"auth/token/{path}/", body)
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
