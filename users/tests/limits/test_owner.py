"""What strangers can't do to a phone's owner, and what people behind the same address can."""

import itertools
import random
from datetime import timedelta

import pytest

from users.clients import Client
from users.errors import InvalidCode, Refusal, TooManyAttempts
from users.limits import alarm, policy
from users.login import confirm_code, gateways, send_code
from users.login.steps import Sent
from users.tests.attackers import (
    HOME,
    PHONE,
    ask,
    ipv4,
    log_in,
    newest_code,
    of_many_sites,
    once,
    own_phones,
    report,
    someone_known,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quietly", "clock")]
THEIRS = "10.0.0.1"


def use_up(guesses, address):
    """The 30 wrong guesses of a network, at phones of its own, and its messages."""
    for own in itertools.islice(own_phones(), 20):
        if sent := ask(own, address):
            guesses.empty(own, address, sent)


@pytest.mark.parametrize("known", [True, False])
def test_an_address_without_guesses_cannot_make_a_right_code_fail(known, guesses, clock):
    """2 wrong codes a second for the owner's phone, for as long as the owner types."""
    use_up(guesses, THEIRS)
    assert guesses.told[4] == 30
    if known:
        someone_known(PHONE, HOME, clock)
    for _ in range(10):
        code = send_code(PHONE, Client.at(HOME)) and newest_code(PHONE)
        for _ in range(20):
            assert not guesses.try_one(PHONE, THEIRS, 4)
            assert not guesses.try_one(PHONE, THEIRS, 4, "made-up")
            clock.shift(timedelta(seconds=0.5))
        with guesses.told_the_truth():
            assert confirm_code(PHONE, code, Client.at(HOME))
        clock.shift(timedelta(hours=1))


def test_an_address_without_guesses_cannot_at_the_same_time_either(at_once):
    """In parallel, on both databases: 31 attempts beside the right one."""
    for own in itertools.islice(own_phones(), 5):
        sent = ask(own, THEIRS)
        for ticket in ["", "", "", *[sent.ticket] * 3]:
            wrong = f"{(int(newest_code(own)) + 1) % 10**4:04}"
            with pytest.raises(InvalidCode):
                confirm_code(own, wrong, Client.at(THEIRS), ticket)
    for round_ in range(3):
        phone = f"+7916777{round_:04}"
        code = send_code(phone, Client.at(HOME)) and newest_code(phone)
        ask(phone, THEIRS)
        tasks = [(phone, "0000", Client.at(THEIRS))] * 31 + [(phone, code, Client.at(HOME))]
        *theirs, mine = at_once(lambda task: confirm_code(*task), tasks)
        assert mine.user.phone == phone
        assert {type(one) for one in theirs} <= {InvalidCode, TooManyAttempts}


def test_an_alarm_changes_nothing_on_known_networks(guesses, clock, capsys):
    """34 addresses raise it within seconds; 72 hours later it is over."""
    someone_known(PHONE, HOME, clock)
    spent = len(gateways.outbox)
    for address, own in zip(of_many_sites(500), own_phones(), strict=False):
        if not (sent := ask(own, address)) or sent.code_length == 8:
            break
        guesses.empty(own, address, sent)
    messages = len(gateways.outbox) - spent
    assert alarm.is_on(alarm.ends_at())
    assert ask("+79160000001", "198.51.100.9").code_length == 8
    with guesses.told_the_truth():
        sent = send_code(PHONE, Client.at(HOME))
        assert sent.code_length == 4
        assert confirm_code(PHONE, newest_code(PHONE), Client.at("192.0.2.1"), sent.ticket or "")
        stranger = send_code("+79160000002", Client.at("198.51.100.10"))
        assert confirm_code("+79160000002", newest_code("+79160000002"), Client.at("198.51.100.10"))
    report(capsys, f"the alarm takes {guesses.told[4]} guesses and {messages} messages")
    assert stranger.code_length == 8
    clock.shift(timedelta(hours=72, seconds=1))
    assert ask("+79160000001", "198.51.100.11").code_length == 4


def test_the_owner_gets_in_at_the_very_worst_moment(guesses, clock):
    """All that is strangers' is used up: messages, guesses, the budget's share and the alarm."""
    someone_known(PHONE, HOME, clock)
    for address in itertools.islice(ipv4(200), 50):
        if sent := ask(PHONE, address):
            guesses.empty(PHONE, address, sent)
    assert ask(PHONE, THEIRS) is None
    while alarm.take_guess():
        pass
    while policy.STRANGERS_BUDGET.take() and policy.BUDGET.take():
        pass
    with guesses.told_the_truth():
        for by_ticket in (True, False, True):
            assert log_in(PHONE, HOME, by_ticket=by_ticket)


@pytest.mark.parametrize("state", ["phone", "network", "site", "alarm", "door", "banned"])
def test_a_right_code_that_is_refused_is_answered_like_a_wrong_one(state, clock):
    """So that a refused guess tells nothing."""
    here = Client.at("2001:db8:1:2::3")
    user = someone_known(PHONE, "192.0.2.1", clock)
    sent = send_code(PHONE, here)
    right = newest_code(PHONE)
    wrong = f"{(int(right) + 1) % 10**4:04}"
    fill(state, user, sent, wrong, here)

    def answer(code: str) -> tuple[object, ...]:
        with pytest.raises(Refusal) as refused:
            confirm_code(PHONE, code, here)
        return type(refused.value), refused.value.meta

    first, second = answer(right), answer(wrong)
    if state == "banned":
        assert first == (InvalidCode, {"attempts_left": 2})
        assert second == (InvalidCode, {"attempts_left": 1})
    else:
        assert first == second == (TooManyAttempts, {"retry_after": 1})


def fill(state: str, user, sent: Sent, wrong: str, here: Client) -> None:
    limits = {
        "phone": (policy.GUESSES_PER_PHONE, PHONE),
        "network": (policy.GUESSES_PER_NETWORK, here.network),
        "site": (policy.GUESSES_PER_SITE, here.site),
    }
    if state in limits:
        limit, who = limits[state]
        while not limit.take(who):
            pass
    elif state == "alarm":
        while alarm.take_guess():
            pass
    elif state == "door":
        for _ in range(3):
            with pytest.raises(InvalidCode):
                confirm_code(PHONE, wrong, here)
    else:
        type(user).objects.filter(pk=user.pk).update(is_active=False)


@once
@pytest.mark.parametrize("by_ticket", [True, False])
def test_behind_the_owners_own_address(by_ticket, guesses, clock, capsys):
    """Guessing at each code of the owner's through the door of the network, for 30 days.

    As many guesses as let the owner in with one message: two, or three if the owner has a ticket.
    Once the guesses make codes longer, and the owner asks again.
    """
    someone_known(PHONE, HOME, clock)
    dice, again = random.Random(3), 0
    for _ in range(100):
        clock.shift(timedelta(hours=dice.randint(2, 10)))
        sent = send_code(PHONE, Client.at(HOME))
        digits = sent.code_length
        for _ in range(3 if by_ticket else 2):
            guesses.try_one(PHONE, HOME, digits)
        with guesses.told_the_truth():
            ticket = (sent.ticket or "") if by_ticket else ""
            try:
                confirm_code(PHONE, newest_code(PHONE), Client.at(HOME), ticket)
            except TooManyAttempts:
                again += 1
                assert log_in(PHONE, HOME, by_ticket=by_ticket)
    report(
        capsys,
        f"behind the owner's address, 100 logins {'with' if by_ticket else 'without'} ticket, "
        f"{100 + again} messages: {guesses.told[4]} guesses at 4-digit codes",
    )
    assert guesses.told[4] <= (6 if by_ticket else 6 + 2 * 100)
    assert again == int(by_ticket)


def test_behind_the_owners_address_a_second_message_gives_three_guesses_more(guesses, clock):
    """Nobody is locked out: five guesses at the code that the owner then uses, never more."""
    someone_known(PHONE, HOME, clock)
    for _ in range(10):
        clock.shift(timedelta(hours=3))
        for most in (3, 2):
            send_code(PHONE, Client.at(HOME))
            for _ in range(most):
                guesses.try_one(PHONE, HOME, 4)
        with guesses.told_the_truth():
            assert confirm_code(PHONE, newest_code(PHONE), Client.at(HOME))
    assert guesses.told[4] == 50
    for _ in range(9):
        clock.shift(timedelta(hours=2))
        sent = send_code(PHONE, Client.at(HOME))
        guesses.empty(PHONE, HOME, sent)
    assert guesses.told[4] == 56
