"""A banned user's correct code is answered exactly like a wrong one."""

import pytest

from config.tests.api_client import Client, error
from users.limits.policy import GUESSES_PER_NETWORK, GUESSES_PER_PHONE
from users.models import Challenge, Session, User
from users.tests.browsing import wrong
from users.tests.counts import used

pytestmark = pytest.mark.django_db


@pytest.fixture
def banned(user):
    User.objects.update(is_active=False)
    return user


def test_body_and_headers_are_those_of_a_wrong_code(banned, sent_code):
    answers = []
    for address, enter in (("10.0.0.1", str), ("10.0.0.2", wrong)):
        client = Client(address)
        client.request_code(banned.phone)
        answers.append([client.confirm(banned.phone, enter(sent_code())) for _ in range(2)])
    right, wrong_one = answers
    assert [one.status_code for one in right + wrong_one] == [400] * 4
    assert [one.content for one in right] == [one.content for one in wrong_one]
    assert error(right[0]) == "invalid_code"
    assert not Session.objects.exists()


def test_it_is_charged_like_a_wrong_one(anyone, banned, sent_code):
    anyone.request_code(banned.phone)
    for left in (2, 1, 0):
        answer = anyone.confirm(banned.phone, sent_code())
        assert answer.json()["meta"] == {"attempts_left": left}
    assert error(anyone.confirm(banned.phone, sent_code())) == "too_many_attempts"
    assert used(GUESSES_PER_PHONE, banned.phone) == used(GUESSES_PER_NETWORK, "127.0.0.1") == 3
    assert Challenge.objects.get().network_charged == 3
    banned.refresh_from_db()
    assert banned.last_login is None


def test_whoever_is_let_in_again_logs_in_with_the_same_code(anyone, banned, sent_code):
    anyone.request_code(banned.phone)
    anyone.confirm(banned.phone, sent_code())
    User.objects.update(is_active=True)
    assert anyone.confirm(banned.phone, sent_code()).status_code == 200
