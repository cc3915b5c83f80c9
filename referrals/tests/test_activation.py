from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from config.tests.api_client import error
from referrals.models import Activation, InviteCode

pytestmark = pytest.mark.django_db


def test_a_friends_code_is_activated_and_shown(me, friend):
    answer = me.activate(friend.invite_code.value)
    assert answer.status_code == 200
    assert answer.json()["activated_invite_code"] == friend.invite_code.value
    assert answer.json() == me.profile().json()


def test_the_inviter_sees_the_invitees_phone(me, user, friend, as_user):
    me.activate(friend.invite_code.value)
    theirs = as_user(friend).profile().json()
    assert (theirs["invitees_count"], theirs["invitees"]) == (1, [user.phone])


def test_the_invitee_never_sees_the_inviters_phone(me, friend):
    assert friend.phone not in me.activate(friend.invite_code.value).content.decode()


def test_a_code_may_be_written_with_dashes_blanks_and_small_letters(me, friend):
    value = friend.invite_code.value
    assert me.activate(f" {value[:3].lower()}-{value[3:].lower()} ").status_code == 200


@pytest.mark.parametrize("between", ["\u2013", "\u2011", "\xa0", "\u200b", " \u2014 ", "\u2212"])
def test_a_code_may_be_pasted_as_messengers_change_it(me, friend, between):
    value = friend.invite_code.value
    assert me.activate(f"\u2068{value[:3]}{between}{value[3:]}\u2069").status_code == 200


def test_the_same_code_again_is_answered_as_before(me, friend):
    first = me.activate(friend.invite_code.value)
    assert me.activate(friend.invite_code.value).json() == first.json()
    assert InviteCode.objects.get(owner=friend).activations_count == 1


def test_a_second_activation_is_refused(me, friend, stranger):
    me.activate(friend.invite_code.value)
    answer = me.activate(stranger.invite_code.value)
    assert (answer.status_code, error(answer)) == (409, "already_activated")
    assert me.profile().json()["activated_invite_code"] == friend.invite_code.value
    assert InviteCode.objects.get(owner=stranger).activations_count == 0


def test_a_used_account_cannot_probe_for_codes(me, user, friend):
    me.activate(friend.invite_code.value)
    for code in ("222222", user.invite_code.value, "", "nonsense-nonsense"):
        answer = me.activate(code or "-")
        assert (answer.status_code, error(answer)) == (409, "already_activated")


def test_ones_own_code_is_refused(me, user):
    answer = me.activate(user.invite_code.value)
    assert (answer.status_code, error(answer)) == (400, "own_invite_code")
    assert not Activation.objects.exists()


@pytest.mark.parametrize("code", ["ZZZZZ2", "7K2M9", "x", "ключ22", "7K2M9X7K2M9X", "'; --", "%"])
def test_an_unknown_code_is_refused(me, code):
    answer = me.activate(code)
    assert (answer.status_code, error(answer)) == (400, "unknown_invite_code")
    assert answer.json()["errors"][0]["attr"] == "invite_code"


@pytest.mark.parametrize("body", [{}, {"invite_code": 222222}, {"invite_code": None}, [], "7K2M9X"])
def test_a_body_without_a_code_is_refused(me, body):
    answer = me.call("POST", "profile/activate/", body)
    assert answer.status_code == 400
    error(answer)


def test_two_people_may_activate_each_other(me, user, friend, as_user):
    assert me.activate(friend.invite_code.value).status_code == 200
    assert as_user(friend).activate(user.invite_code.value).status_code == 200


def test_wrong_codes_are_limited_and_a_right_one_costs_nothing(user, friend, as_user, time_machine):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    me = as_user(user)  # now, so that the token is valid at this time
    for _ in range(10):
        assert error(me.activate("ZZZZZ2")) == "unknown_invite_code"
    answer = me.activate(friend.invite_code.value)
    assert (answer.status_code, error(answer)) == (429, "too_many_attempts")
    assert answer.json()["meta"] == {"retry_after": 360}
    time_machine.shift(timedelta(minutes=6))
    assert me.activate(friend.invite_code.value).status_code == 200


def test_a_new_account_of_the_same_phone_has_no_new_tries(me, user, anyone, sent_code):
    for _ in range(10):
        me.activate("ZZZZZ2")
    me.call("DELETE", "profile/")
    anyone.request_code(user.phone)
    again = anyone.use(anyone.confirm(user.phone, sent_code()).json()["access"])
    assert error(again.activate("ZZZZZ2")) == "too_many_attempts"


def test_a_banned_users_code_invites_nobody(me, friend):
    friend.is_active = False
    friend.save(update_fields=["is_active"])
    assert error(me.activate(friend.invite_code.value)) == "unknown_invite_code"


def test_the_database_itself_refuses_self_invitation(user):
    with pytest.raises(IntegrityError), transaction.atomic():
        Activation.objects.create(invitee=user, inviter=user, code=user.invite_code.value)


def test_the_database_itself_refuses_a_second_activation(user, friend, stranger):
    Activation.objects.create(invitee=user, inviter=friend, code=friend.invite_code.value)
    with pytest.raises(IntegrityError), transaction.atomic():
        Activation.objects.create(invitee=user, inviter=stranger, code="222222")
