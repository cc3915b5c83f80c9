"""Real threads; each test asserts exact counts."""

from collections import Counter

from django.db.models import Sum

from config.tests.api_client import error
from config.tests.factories import new_phone
from referrals import deletion, invites
from referrals.invites import WRONG_CODES
from referrals.models import Activation, InviteCode
from users.models import Limit, Session, User

MANY = 32


def total() -> int:
    return InviteCode.objects.aggregate(total=Sum("activations_count"))["total"]


def test_of_32_codes_activated_at_once_one_wins(at_once, join, as_user):
    user, inviters = join(), [join() for _ in range(MANY)]
    clients = [as_user(user) for _ in inviters]
    values = [inviter.invite_code.value for inviter in inviters]
    answers = at_once(
        lambda n: clients[n].activate(values[n]),
        range(MANY),
    )
    codes = [answer.status_code for answer in answers]
    assert codes.count(200) == 1
    refused = {error(answer) for answer in answers if answer.status_code != 200}
    assert refused == {"already_activated"}
    assert Activation.objects.count() == total() == 1
    assert Activation.objects.get().code == values[codes.index(200)]


def test_32_people_activating_one_code_are_all_counted(at_once, join, as_user):
    inviter = join()
    clients = [as_user(join()) for _ in range(MANY)]
    answers = at_once(lambda client: client.activate(inviter.invite_code.value), clients)
    assert [answer.status_code for answer in answers] == [200] * MANY
    assert Activation.objects.filter(inviter=inviter).count() == total() == MANY


def test_one_code_activated_32_times_by_one_user_counts_once(at_once, join, as_user):
    inviter, user = join(), join()
    clients = [as_user(user) for _ in range(MANY)]
    answers = at_once(lambda client: client.activate(inviter.invite_code.value), clients)
    assert [answer.status_code for answer in answers] == [200] * MANY
    assert Activation.objects.count() == total() == 1
    assert not Limit.objects.filter(kind=WRONG_CODES.name).exists()


def test_of_32_wrong_codes_at_once_exactly_ten_are_counted(at_once, join, as_user):
    inviter, user = join(), join()
    clients = [as_user(user) for _ in range(MANY)]
    answers = at_once(lambda client: client.activate("ZZZZZ2"), clients)
    refused = Counter((answer.status_code, error(answer)) for answer in answers)
    assert refused == {
        (400, "unknown_invite_code"): 10,
        (429, "too_many_attempts"): MANY - 10,
    }
    assert error(clients[0].activate(inviter.invite_code.value)) == "too_many_attempts"
    used = Limit.objects.get(key=WRONG_CODES.key(user.phone))
    assert WRONG_CODES.used_of(used.count, used.resets_at) == 10


def test_ones_own_code_32_times_at_once_counts_as_wrong(at_once, join, as_user):
    user = join()
    clients = [as_user(user) for _ in range(MANY)]
    answers = at_once(lambda client: client.activate(user.invite_code.value), clients)
    codes = Counter(error(answer) for answer in answers)
    assert codes == {"own_invite_code": 10, "too_many_attempts": MANY - 10}


def test_who_leaves_and_comes_back_again_and_again_counts_once(at_once, join, anyone):
    inviter, phones = join(), [new_phone() for _ in range(6)]

    def come_and_go(phone):
        for _ in range(5):
            user = join(phone=phone)
            invites.activate(user, inviter.invite_code.value)
            deletion.erase(user)
        invites.activate(join(phone=phone), inviter.invite_code.value)

    assert at_once(come_and_go, phones) == [None] * len(phones)
    assert Activation.objects.filter(inviter=inviter).count() == total() == len(phones)


def test_pairs_activating_each_other_do_not_block(at_once, join, as_user):
    people = [join() for _ in range(MANY)]
    clients = [as_user(person) for person in people]
    values = [people[n ^ 1].invite_code.value for n in range(MANY)]
    answers = at_once(lambda n: clients[n].activate(values[n]), range(MANY))
    assert [answer.status_code for answer in answers] == [200] * MANY
    assert total() == MANY


def test_an_inviter_deleted_meanwhile_leaves_no_half_activation(at_once, join, as_user):
    inviter = join()
    value = inviter.invite_code.value
    clients = [as_user(join()) for _ in range(MANY - 1)]
    results = at_once(
        lambda who: deletion.erase(inviter) if who is None else who.activate(value),
        [*clients, None],
    )
    assert not [result for result in results if isinstance(result, Exception)]
    assert {a.status_code for a in results[:-1]} <= {200, 400}
    activated = [a for a in results[:-1] if a.status_code == 200]
    assert Activation.objects.count() == len(activated)
    assert not User.objects.filter(pk=inviter.pk).exists()


def test_invitees_deleted_while_they_activate_are_never_miscounted(at_once, join, as_user):
    inviter = join()
    invitees = [join() for _ in range(MANY // 2)]
    tasks = [("activate", as_user(one)) for one in invitees] + [("erase", one) for one in invitees]
    results = at_once(
        lambda task: (
            task[1].activate(inviter.invite_code.value)
            if task[0] == "activate"
            else deletion.erase(task[1])
        ),
        tasks,
    )
    assert not [result for result in results if isinstance(result, Exception)]
    assert User.objects.count() == 1
    assert Activation.objects.count() == total() == 0
    assert not Session.objects.exists()


def test_an_account_deleted_while_it_is_used_is_a_401_and_no_500(at_once, join, as_user):
    def one(task):
        who, client = task
        if client is None:
            return deletion.erase(who)
        return client.call("PATCH", "profile/", {"first_name": "Anna"})

    for _ in range(6):
        user = join()
        clients = [as_user(user) for _ in range(5)]
        results = at_once(one, [(user, client) for client in [None, *clients]])
        assert {answer.status_code for answer in results[1:]} <= {200, 401}


def test_a_deletion_done_twice_is_uncounted_once(at_once, join, as_user):
    inviter = join()
    invitees = [join() for _ in range(8)]
    for one in invitees:
        as_user(one).activate(inviter.invite_code.value)
    at_once(lambda n: deletion.erase(invitees[n % 4]), range(16))
    assert Activation.objects.count() == total() == 4


def test_people_who_invited_each_other_may_leave_at_once(at_once, join, as_user):
    people = [join() for _ in range(MANY)]
    for number, person in enumerate(people):
        as_user(person).activate(people[number ^ 1].invite_code.value)
    results = at_once(deletion.erase, people)
    assert results == [None] * MANY
    assert not User.objects.exists()
