import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from config.tests.api_client import error
from referrals import invites
from referrals.errors import InviteCodesExhausted
from referrals.models import InviteCode
from users.models import Session, User

pytestmark = pytest.mark.django_db


def test_a_code_has_six_unmistakable_characters():
    for _ in range(2_000):
        code = invites.draw()
        assert len(code) == 6
        assert set(code) <= set("23456789BCDFGHJKMNPQRSTVWXYZ")
        assert any(c.isdigit() for c in code)
        assert any(c.isalpha() for c in code)


def test_a_first_login_gives_a_code_for_ever(anyone, phone, sent_code):
    codes = set()
    for _ in range(3):
        anyone.request_code(phone)
        access = anyone.confirm(phone, sent_code()).json()["access"]
        codes.add(anyone.use(access).profile().json()["invite_code"])
        anyone.credentials()
    assert len(codes) == 1


def test_a_missing_code_is_issued_by_the_profile(me, user):
    InviteCode.objects.all().delete()
    code = me.profile().json()["invite_code"]
    assert InviteCode.objects.get(owner=user).value == code


@pytest.fixture
def draws(monkeypatch):
    """Makes the next draws give these codes; the last one repeats."""

    def give(*values: str) -> list[str]:
        left, drawn = list(values), []

        def draw() -> str:
            drawn.append(left.pop(0) if len(left) > 1 else left[0])
            return drawn[-1]

        monkeypatch.setattr(invites, "draw", draw)
        return drawn

    return give


def test_a_collision_draws_again(friend, draws, join):
    taken = friend.invite_code.value
    drawn = draws(taken, taken, "7K2M9X")
    assert join().invite_code.value == "7K2M9X"
    assert drawn == [taken, taken, "7K2M9X"]


def test_ten_collisions_are_an_error_and_leave_nothing(friend, draws, anyone, phone, sent_code):
    drawn = draws(friend.invite_code.value)
    anyone.request_code(phone)
    answer = anyone.confirm(phone, sent_code())
    assert (answer.status_code, error(answer)) == (503, "invite_codes_exhausted")
    assert len(drawn) == 10
    assert not User.objects.filter(phone=phone).exists()
    assert not Session.objects.exists()
    draws("7K2M9X")
    assert anyone.confirm(phone, sent_code()).status_code == 200


def test_a_profile_without_a_free_code_is_an_error(me, user, friend, draws):
    InviteCode.objects.filter(owner=user).delete()
    draws(friend.invite_code.value)
    answer = me.profile()
    assert (answer.status_code, error(answer)) == (503, "invite_codes_exhausted")


def test_issuing_again_draws_nothing(user, draws):
    drawn = draws("7K2M9X")
    assert invites.issue(user) == user.invite_code
    assert drawn == []


def test_codes_issued_at_once_collide_and_still_differ(at_once, join, monkeypatch):
    people = [User.objects.create_user(f"+7916888{n:04}") for n in range(16)]
    few = iter([f"7K2M{n % 4}X" for n in range(40)] + [f"7K{n:02}MX" for n in range(90)])
    monkeypatch.setattr(invites, "draw", lambda: next(few))
    results = at_once(invites.issue, people)
    issued = [one for one in results if not isinstance(one, InviteCodesExhausted)]
    assert [one for one in issued if not isinstance(one, InviteCode)] == []
    assert len({one.value for one in issued}) == len(issued) == InviteCode.objects.count()


def test_one_user_is_issued_one_code_by_many_requests(at_once):
    user = User.objects.create_user("+79168880000")
    results = at_once(invites.issue, [user] * 16)
    assert len({one.value for one in results}) == InviteCode.objects.count() == 1


@given(st.text(max_size=30))
@example("\N{SUPERSCRIPT MINUS}\N{SQUARE APAATO}")  # which hide a minus and a long vowel
def test_any_text_normalizes_without_error(text):
    assert invites.normalize(invites.normalize(text)) == invites.normalize(text)
