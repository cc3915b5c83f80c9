import pytest
from django.contrib.admin.models import LogEntry
from django.db import OperationalError
from django.db.models.signals import pre_delete

from users.models import User

pytestmark = pytest.mark.django_db(transaction=True)
USERS = "/admin/users/user/"


@pytest.fixture
def one_deadlock():
    """The first deletion of a user is aborted by a deadlock."""
    happened = []

    def fail(**_):
        if not happened:
            happened.append(True)
            cause = Exception("deadlock detected")
            cause.pgcode = "40P01"
            raise OperationalError from cause

    pre_delete.connect(fail, sender=User)
    yield happened
    pre_delete.disconnect(fail, sender=User)


def test_a_deletion_on_the_users_page_is_repeated_after_a_deadlock(
    client, staff, user, one_deadlock
):
    client.force_login(staff)
    assert client.post(f"{USERS}{user.pk}/delete/", {"post": "yes"}).status_code == 302
    assert one_deadlock
    assert not User.objects.filter(pk=user.pk).exists()
    assert user.phone not in LogEntry.objects.get().object_repr


def test_a_deletion_by_the_lists_action_is_repeated_too(client, staff, user, friend, one_deadlock):
    client.force_login(staff)
    form = {"action": "delete_selected", "_selected_action": [user.pk, friend.pk], "post": "yes"}
    assert client.post(USERS, form).status_code == 302
    assert one_deadlock
    assert User.objects.get() == staff


def test_asking_whether_to_delete_deletes_nothing(client, staff, user):
    client.force_login(staff)
    assert client.get(f"{USERS}{user.pk}/delete/").status_code == 200
    assert User.objects.filter(pk=user.pk).exists()
