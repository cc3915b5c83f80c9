"""What a login refunds, what makes a network known, when failures are forgotten."""

from datetime import timedelta

import pytest

from users.clients import Client
from users.errors import InvalidCode, InvalidTicket, Refusal
from users.limits import alarm, policy
from users.limits.buckets import FailureLimit
from users.login import confirm_code, send_code
from users.models import Challenge, Limit, Session
from users.sessions.lifecycle import end_all, rotate
from users.sessions.tokens import pair
from users.tests.attackers import HOME, PHONE, ask, log_in, newest_code, someone_known

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quietly", "clock")]
HERE = Client.at("2001:db8:1:2::3")
KNOWN = policy.GUESSES_PER_KNOWN_PHONE


def failures(limit: FailureLimit, who: str) -> int:
    row = Limit.objects.filter(key=limit.key(who)).values_list("count", "resets_at").first()
    return limit.used_of(*row) if row else 0


def charged() -> tuple[int, ...]:
    """What network, site, phone and system have been charged."""
    limits = [limit for limit, _ in policy.Pair(PHONE, HERE, known=False).guess_limits()]
    names = HERE.network, HERE.site, PHONE
    counts = [failures(limit, who) for limit, who in zip(limits, names, strict=True)]
    return (*counts, alarm.GUESSES.sums().hourly - alarm.GUESSES._left)


def test_a_wrong_guess_is_charged_everywhere_and_the_right_one_gives_all_back(guesses):
    sent = send_code(PHONE, HERE)
    for expected in (1, 2):
        assert guesses.try_one(PHONE, HERE.address, 4)
        assert charged() == (expected,) * 4
    assert guesses.try_one(PHONE, HERE.address, 4, sent.ticket)
    assert charged() == (3,) * 4
    with guesses.told_the_truth():
        assert confirm_code(PHONE, newest_code(PHONE), HERE)
    assert charged() == (1,) * 4, "the other door's stays charged"


def test_what_is_given_back_after_the_hour_stays_with_the_system(guesses, clock):
    clock.move_to("2026-11-20T12:58:00Z", tick=False)
    send_code(PHONE, HERE)
    guesses.try_one(PHONE, HERE.address, 4)
    clock.shift(timedelta(minutes=3))
    leased = alarm.GUESSES.sums().weekly
    with guesses.told_the_truth():
        assert confirm_code(PHONE, newest_code(PHONE), HERE)
    assert charged()[:3] == (0, 0, 0)
    assert alarm.GUESSES.sums().weekly >= leased - alarm.GUESSES.lot + 1


def test_thirty_two_right_codes_at_once_give_back_once(at_once):
    for _ in range(9):
        policy.GUESSES_PER_NETWORK.take(HERE.network)
    send_code(PHONE, HERE)
    code = newest_code(PHONE)
    results = at_once(lambda _: confirm_code(PHONE, code, HERE), range(32))
    assert sum(not isinstance(one, Exception) for one in results) == 1
    assert {type(one) for one in results if isinstance(one, Exception)} <= set(refusals(Refusal))
    assert charged()[0] == 9
    assert charged()[2:] == (0, 0)


def refusals(kind: type[Refusal]) -> list[type[Refusal]]:
    return [kind, *(sub for child in kind.__subclasses__() for sub in refusals(child))]


def test_the_owners_own_slips_are_given_back(guesses, clock):
    someone_known(PHONE, HOME, clock)
    for _ in range(20):
        clock.shift(timedelta(hours=1))
        sent = send_code(PHONE, Client.at(HOME))
        assert sent.code_length == 4
        for _ in range(2):
            assert guesses.try_one(PHONE, HOME, 4, sent.ticket)
        with guesses.told_the_truth():
            assert confirm_code(PHONE, newest_code(PHONE), Client.at(HOME), sent.ticket)
    assert failures(KNOWN, PHONE) == 0


def test_strangers_get_nothing_back_by_the_owners_logins(guesses, clock):
    someone_known(PHONE, HOME, clock)
    for number in range(40):
        address = f"10.0.{number}.1"
        if sent := ask(PHONE, address):
            guesses.empty(PHONE, address, sent)
        with guesses.told_the_truth():
            log_in(PHONE, HOME)
        clock.shift(timedelta(hours=1))
    assert guesses.told[4] == 6


@pytest.mark.parametrize(
    ("age", "known"),
    [
        (timedelta(hours=23, minutes=59), False),
        (timedelta(hours=24), True),
        (timedelta(days=89, hours=23), True),
        (timedelta(days=90), False),
    ],
)
def test_a_network_is_known_from_a_day_to_ninety_after_a_login(age, known, clock):
    user = log_in(PHONE, HOME).user
    end_all(user.pk, Client.at(HOME), "logout")
    clock.shift(age)
    ask(PHONE, HOME)
    assert Challenge.objects.get().known is known


def test_refreshing_elsewhere_makes_no_network_known(clock):
    session = log_in(PHONE, HOME).session
    clock.shift(timedelta(days=1))
    rotate(pair(session)["refresh"], Client.at("10.9.9.9"))
    clock.shift(timedelta(days=2))
    for address, known in ((HOME, True), ("10.9.9.9", False)):
        ask(PHONE, address)
        assert Challenge.objects.latest("opened_at").known is known
        clock.shift(timedelta(seconds=1))
    assert Session.objects.get().network == HOME


def test_a_neighbouring_network_of_the_same_site_is_not_known(clock):
    log_in(PHONE, "2001:db8:1:2::3")
    clock.shift(timedelta(days=2))
    ask(PHONE, "2001:db8:1:3::3")
    assert not Challenge.objects.get().known
    ask(PHONE, "2001:db8:1:2:ffff::9")
    assert Challenge.objects.latest("pk").known or Challenge.objects.earliest("pk").known


def test_failures_are_forgotten_thirty_days_after_the_last_wrong_one(guesses, clock):
    for address in ("10.0.0.1", "10.0.0.2"):
        sent = ask(PHONE, address)
        for _ in range(3):
            guesses.try_one(PHONE, address, 4)
        clock.shift(timedelta(days=1))
    assert sent.code_length == 4
    clock.shift(timedelta(days=28, hours=23))
    with guesses.told_the_truth():
        assert log_in(PHONE, "10.0.0.3")  # a correct code prolongs nothing
    assert ask(PHONE, "10.0.0.4").code_length == 8
    clock.shift(timedelta(hours=1))
    assert ask(PHONE, "10.0.0.5").code_length == 4


def test_a_ticket_opens_its_own_challenge_alone(guesses):
    mine = send_code(PHONE, Client.at("10.0.0.1"))
    other = "+79160000001"
    send_code(other, Client.at("10.0.0.2"))
    assert not guesses.try_one(other, "10.0.0.2", 4, mine.ticket)
    with pytest.raises(InvalidTicket):
        send_code(other, Client.at("10.0.0.2"), mine.ticket)
    assert failures(policy.GUESSES_PER_PHONE, other) == 0
    with guesses.told_the_truth(), pytest.raises(InvalidCode):
        confirm_code(other, newest_code(other), Client.at("10.0.0.2"), mine.ticket)


def test_a_refused_request_gives_no_attempts(guesses):
    here = "10.0.0.1"
    policy.GUESSES_PER_PHONE.take(PHONE)
    assert ask(PHONE, here)
    for _ in range(2):
        assert guesses.try_one(PHONE, here, 4)
    for _ in range(5):
        assert ask(PHONE, here) is None
    assert guesses.try_one(PHONE, here, 4)
    assert not guesses.try_one(PHONE, here, 4)
    while policy.MESSAGES_PER_PHONE.take(PHONE) == 0:
        pass
    assert ask(PHONE, here) is None
    assert not guesses.try_one(PHONE, here, 4)
    assert guesses.told[4] == 3


def test_two_doors_take_three_guesses_each_and_a_resend_three_more_by_the_door_that_asks(guesses):
    for _ in range(6):
        policy.GUESSES_PER_PHONE.take(PHONE)
    sent = ask(PHONE, "10.0.0.1")
    assert guesses.empty(PHONE, "10.0.0.1", sent, "10.0.0.2", "10.0.0.3") == 6
    assert ask(PHONE, "10.0.0.1")
    assert guesses.empty(PHONE, "10.0.0.1", sent, "10.0.0.2") == 3
    assert ask(PHONE, "10.0.0.3", sent.ticket)
    assert guesses.empty(PHONE, "10.0.0.1", sent, "10.0.0.2") == 3
