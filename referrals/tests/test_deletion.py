import json

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from config.tests.api_client import error
from config.tests.factories import invitees
from referrals import deletion, invites
from referrals.models import Activation, InviteCode
from users import chains
from users.models import Session, User

pytestmark = pytest.mark.django_db


def everything() -> str:
    rows = [row for model in apps.get_models() for row in model.objects.all()]
    return json.dumps(serializers.serialize("python", rows), default=str)


def test_a_deleted_account_is_gone_with_its_personal_data(me, user, staff, client):
    client.force_login(staff)
    code = user.invite_code.value
    names = {"first_name": "Annabella", "email": "annabella@example.org", "phone": user.phone}
    client.post(f"/admin/users/user/{user.pk}/change/", {**names, "is_active": "on"})
    assert LogEntry.objects.filter(object_repr=str(user)).exists()
    assert me.call("DELETE", "profile/").status_code == 204
    stored = everything()
    for trace in (user.phone, "Annabella", "annabella@example.org", code):
        assert trace not in stored
    assert error(me.profile()) == "token_not_valid"


def test_the_invitees_keep_the_code_they_see(me, user, friend, as_user):
    theirs = as_user(friend)
    code = user.invite_code.value
    before = theirs.activate(code).json()
    me.call("DELETE", "profile/")
    assert theirs.profile().json() == before
    assert before["activated_invite_code"] == code
    assert theirs.activate(code).status_code == 200
    assert Activation.objects.get(invitee=friend).inviter is None


def test_the_inviters_count_goes_down(me, friend, as_user):
    me.activate(friend.invite_code.value)
    me.call("DELETE", "profile/")
    profile = as_user(friend).profile().json()
    assert (profile["invitees_count"], profile["invitees"]) == (0, [])


def test_a_user_deleted_in_the_admin_is_uncounted_too(me, user, friend, staff, client):
    me.activate(friend.invite_code.value)
    client.force_login(staff)
    client.post(f"/admin/users/user/{user.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=user.pk).exists()
    assert InviteCode.objects.get(owner=friend).activations_count == 0
    assert user.phone not in everything()


def test_the_same_phone_may_come_back_as_a_new_user(me, user, anyone, sent_code):
    me.call("DELETE", "profile/")
    anyone.request_code(user.phone)
    answer = anyone.confirm(user.phone, sent_code())
    assert answer.json()["is_new_user"] is True
    assert not Session.objects.filter(user_id=user.pk).exists()


def test_an_inviter_deleted_between_look_and_count_is_an_unknown_code(
    me, user, friend, monkeypatch
):
    def too_late(*steps):
        deletion.erase(friend)
        return chains.run_chain(*steps)

    monkeypatch.setattr(invites, "run_chain", too_late)
    answer = me.activate(friend.invite_code.value)
    assert (answer.status_code, error(answer)) == (400, "unknown_invite_code")
    assert not Activation.objects.exists()
    monkeypatch.undo()
    assert me.activate(friend.invite_code.value).status_code == 200  # everything was rolled back


def counts_mended(capsys) -> int:
    call_command("recount_activations")
    return int(capsys.readouterr().out.split()[0])


def test_an_inviter_of_very_many_lets_go_of_them_in_batches(user, monkeypatch, capsys):
    monkeypatch.setattr(deletion, "BATCH", 10)
    invited = invitees(user, 45)
    codes = set(Activation.objects.values_list("code", flat=True))
    with monkeypatch.context() as broken:
        broken.setattr(QuerySet, "delete", raise_outage)
        with pytest.raises(OperationalError):
            deletion.erase(user)
    left = Activation.objects.filter(inviter=user).count()
    assert left == InviteCode.objects.get(owner=user).activations_count == 5
    assert counts_mended(capsys) == 0
    deletion.erase(user)
    assert set(Activation.objects.values_list("inviter", "code")) == {(None, codes.pop())}
    assert Activation.objects.count() == len(invited)


def test_a_wrong_count_keeps_nobody_from_leaving(user, monkeypatch):
    monkeypatch.setattr(deletion, "BATCH", 10)
    InviteCode.objects.filter(owner=user).update(activations_count=99)
    deletion.erase(user)
    assert not User.objects.filter(pk=user.pk).exists()


def test_a_deletion_takes_the_same_statements_for_any_number_of_invitees(
    user, friend, django_assert_num_queries
):
    ContentType.objects.get_for_model(User)  # which the process remembers
    with CaptureQueriesContext(connection) as few:
        deletion.erase(user)
    invitees(friend, 2_000)
    with django_assert_num_queries(len(few)):
        deletion.erase(friend)


def raise_outage(*_):
    raise OperationalError


class DeadlockError(Exception):
    """A deadlock as the driver reports it."""

    pgcode = "40P01"


@pytest.fixture
def deadlock(transactional_db, monkeypatch):
    """Makes a function fail once with a deadlock."""

    def put(owner, name):
        real, left = getattr(owner, name), [DeadlockError()]

        def broken(*args):
            if left:
                raise OperationalError from left.pop()
            return real(*args)

        monkeypatch.setattr(owner, name, broken)

    return put


def test_a_deadlock_of_an_activation_reaches_nobody(deadlock, me, friend):
    deadlock(invites, "run_chain")
    assert me.activate(friend.invite_code.value).status_code == 200
    assert InviteCode.objects.get(owner=friend).activations_count == 1


def test_a_deadlock_of_a_deletion_reaches_nobody(deadlock, me, user):
    deadlock(QuerySet, "delete")
    assert me.call("DELETE", "profile/").status_code == 204
    assert not User.objects.filter(pk=user.pk).exists()


def test_the_counts_can_be_proved_and_mended(me, friend, capsys):
    me.activate(friend.invite_code.value)
    call_command("recount_activations")
    assert "0 " in capsys.readouterr().out
    InviteCode.objects.filter(owner=friend).update(activations_count=7)
    InviteCode.objects.exclude(owner=friend).update(activations_count=3)
    call_command("recount_activations")
    assert "2 " in capsys.readouterr().out
    assert sorted(InviteCode.objects.values_list("activations_count", flat=True)) == [0, 1]
