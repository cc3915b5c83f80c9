"""Real threads; each test asserts exact counts."""

import threading
from functools import partial

import pytest

from config.tests.api_client import Client, error
from config.tests.factories import HERE, join, new_phone
from config.tests.load import only_postgresql
from referrals import deletion
from referrals.models import Activation, InviteCode
from users.limits.policy import GUESSES_PER_NETWORK, GUESSES_PER_PHONE
from users.login import gateways, phone_change
from users.login.phone_change import change_by_staff
from users.models import Challenge, Session, User
from users.sessions import bans
from users.tests.counts import used

MANY = 12
pytestmark = pytest.mark.django_db(transaction=True)


def code_for(phone, client):
    """Request a code; returns the code."""
    assert client.request_code(phone).status_code == 200
    return next(m.text.rsplit("#", 1)[1] for m in reversed(gateways.outbox) if m.phone == phone)


def outcome(answer):
    return 200 if answer.status_code == 200 else error(answer)


def notices():
    return [m.phone for m in gateways.outbox if "#" not in m.text]


@pytest.fixture
def race(at_once):
    """Calls several functions at once; returns their results."""
    return lambda *functions: at_once(lambda function: function(), functions)


@pytest.fixture
def everybody(as_user):
    """Twelve people, logged in, each from a network of their own."""
    clients = []
    for n in range(MANY):
        client = as_user(join())
        client.defaults["REMOTE_ADDR"] = f"10.9.0.{n}"
        clients.append(client)
    return clients


def test_one_code_entered_many_times_changes_the_phone_once(at_once, me, user, phone):
    code, old = code_for(phone, me), user.phone
    answers = at_once(lambda _: me.change_phone(phone, code), range(MANY))
    told = [outcome(answer) for answer in answers]
    # Who begins after the change asks for the number that the account has, which is fine.
    assert told.count(200) >= 1
    assert set(told) <= {200, "invalid_code", "too_many_attempts"}
    user.refresh_from_db()
    assert user.phone == phone
    assert notices() == [old]
    assert used(GUESSES_PER_PHONE, phone) == used(GUESSES_PER_NETWORK, "127.0.0.1") == 0


def test_of_many_who_have_a_code_for_one_number_one_gets_it(at_once, everybody, phone):
    """All others are refused, and their codes are used up."""
    people = everybody[:5]  # so that the phone's six attempts are enough
    codes = [code_for(phone, client) for client in people]
    answers = at_once(lambda n: people[n].change_phone(phone, codes[n]), range(5))
    told = [outcome(answer) for answer in answers]
    assert sorted(map(str, told)) == ["200"] + ["phone_taken"] * 4
    assert User.objects.filter(phone=phone).count() == 1
    assert not Challenge.objects.exists()
    assert len(notices()) == 1
    assert used(GUESSES_PER_PHONE, phone) == 0


def test_a_first_login_and_changes_to_its_number_make_one_owner(at_once, everybody, phone):
    people, newcomer = everybody[:3], [Client(f"10.8.0.{n}") for n in range(2)]
    codes = [code_for(phone, client) for client in [*people, *newcomer]]
    answers = at_once(
        lambda n: (
            people[n].change_phone(phone, codes[n])
            if n < 3
            else newcomer[n - 3].confirm(phone, codes[n])
        ),
        range(5),
    )
    changes, logins = answers[:3], answers[3:]
    assert {one.status_code for one in logins} == {200}
    won = [one for one in changes if one.status_code == 200]
    assert {outcome(one) for one in changes if one.status_code != 200} <= {"phone_taken"}
    registered = [one for one in logins if one.json()["is_new_user"]]
    assert len(won) + len(registered) == 1
    assert User.objects.filter(phone=phone).count() == 1
    assert InviteCode.objects.count() == User.objects.count()


@only_postgresql  # SQLite has one writer at a time
def test_two_who_swap_their_phones_do_not_wait_for_each_other(race, as_user, monkeypatch):
    both_are_locked, move = threading.Barrier(2), phone_change._move

    def move_together(*arguments):
        both_are_locked.wait(10)
        return move(*arguments)

    monkeypatch.setattr(phone_change, "_move", move_together)
    first, second = join(), join()
    one, other = as_user(first), as_user(second)
    codes = code_for(second.phone, one), code_for(first.phone, other)
    answers = race(
        partial(one.change_phone, second.phone, codes[0]),
        partial(other.change_phone, first.phone, codes[1]),
    )
    assert [outcome(answer) for answer in answers] == ["phone_taken"] * 2


def test_a_login_by_the_old_number_meets_the_account_before_or_nobody_after(race, as_user):
    for n in range(6):
        user, new, stranger = join(), new_phone(), Client(f"10.7.0.{n}")
        me, old = as_user(user), user.phone
        mine, theirs = code_for(new, me), code_for(old, stranger)
        change, login = race(
            partial(me.change_phone, new, mine), partial(stranger.confirm, old, theirs)
        )
        assert (change.status_code, login.status_code) == (200, 200)
        assert User.objects.get(phone=new) == user
        entered = Client().use(login.json()["access"]).profile()
        if login.json()["is_new_user"]:
            assert entered.json()["phone"] == old
        else:  # the login came first, and its session ended with the others
            assert entered.status_code == 401
        assert Session.objects.live().filter(user=user).count() == 1


def test_a_change_and_the_end_of_the_account_leave_no_rest(race, as_user):
    for _ in range(6):
        user, new = join(), new_phone()
        me = as_user(user)
        change, deleted = race(
            partial(me.change_phone, new, code_for(new, me)), partial(deletion.erase, user)
        )
        assert outcome(change) in (200, "token_not_valid")
        assert deleted is None
        assert not User.objects.filter(pk=user.pk).exists()
        assert not Session.objects.exists()


@pytest.mark.parametrize("end", ["ban", "logout"])
def test_a_ban_or_logout_is_not_undone_by_a_change(race, as_user, end):
    for _ in range(3):
        user, new = join(), new_phone()
        me = as_user(user)
        ends = {
            "ban": partial(bans.ban, user.pk, HERE, by="a test"),
            "logout": partial(me.call, "POST", "auth/logout/"),
        }
        change, _ = race(partial(me.change_phone, new, code_for(new, me)), ends[end])
        assert outcome(change) in (200, "token_not_valid")
        assert me.profile().status_code == 401
        assert User.objects.filter(phone=new).exists() is (outcome(change) == 200)
        assert not Session.objects.live().filter(user=user).exists()


def test_activations_go_on_meanwhile(at_once, everybody):
    """Each activates the next one's code and changes the phone."""
    users = list(User.objects.order_by("pk"))
    values = [users[(n + 1) % MANY].invite_code.value for n in range(MANY)]
    phones = [new_phone() for _ in range(MANY)]
    codes = [code_for(phones[n], everybody[n]) for n in range(MANY)]

    def act(n):
        if n < MANY:
            return everybody[n].change_phone(phones[n], codes[n])
        return everybody[n - MANY].activate(values[n - MANY])

    answers = at_once(act, range(2 * MANY))
    assert [answer.status_code for answer in answers] == [200] * 2 * MANY
    assert Activation.objects.count() == MANY
    assert sorted(User.objects.values_list("phone", flat=True)) == sorted(phones)


def test_staff_and_the_user_change_it_one_after_the_other(race, as_user):
    for _ in range(4):
        user, own, theirs = join(), new_phone(), new_phone()
        me = as_user(user)
        change, moved = race(
            partial(me.change_phone, own, code_for(own, me)),
            partial(change_by_staff, user.pk, theirs, HERE, by="a test"),
        )
        assert moved is None
        assert User.objects.get(pk=user.pk).phone == theirs
        assert outcome(change) in (200, "token_not_valid")
        assert not Session.objects.live().filter(user=user).exists()
