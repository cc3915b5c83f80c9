import pytest
from django.contrib.auth.models import Group, Permission

from config.tests.api_client import error

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(staff, as_user):
    return as_user(staff)


def found(client, search: str) -> list[str]:
    answer = client.generic("GET", "/api/v1/profiles/", QUERY_STRING=f"search={search}")
    assert answer.status_code == 200
    return [one["phone"] for one in answer.json()["results"]]


@pytest.fixture
def clerk(join):
    """Staff without any rights."""
    return join(is_staff=True)


def test_staff_without_the_right_see_nobody(clerk, user, as_user):
    Group.objects.create(name="support").user_set.add(clerk)
    for path in ("profiles/", f"profiles/{user.pk}/"):
        answer = as_user(clerk).call("GET", path)
        assert (answer.status_code, error(answer)) == (403, "permission_denied")
        assert user.phone not in answer.content.decode()


@pytest.mark.parametrize("given", ["to them", "to their group"])
def test_staff_with_the_right_to_view_users_see_them(clerk, user, as_user, given):
    right = Permission.objects.get(codename="view_user")
    if given == "to them":
        clerk.user_permissions.add(right)
    else:
        group = Group.objects.create(name="support")
        group.permissions.add(right)
        group.user_set.add(clerk)
    assert as_user(clerk).call("GET", f"profiles/{user.pk}/").json()["phone"] == user.phone


def test_an_id_may_be_written_in_capitals(client, user):
    answer = client.call("GET", f"profiles/{str(user.pk).upper()}/")
    assert answer.json()["id"] == str(user.pk)


def test_the_right_alone_makes_nobody_staff(user, friend, as_user):
    user.user_permissions.add(Permission.objects.get(codename="view_user"))
    assert error(as_user(user).call("GET", f"profiles/{friend.pk}/")) == "permission_denied"


@pytest.mark.parametrize("pk", ["1", "me", "019a7e1c-1a2b-7c3d-8e4f-5a6b7c8d9e0f"])
def test_a_user_who_is_none_is_not_found(client, pk):
    answer = client.call("GET", f"profiles/{pk}/")
    assert (answer.status_code, error(answer)) == (404, "not_found")


def test_staff_list_every_user_in_pages(client, join, staff):
    people = [join() for _ in range(60)]
    first = client.call("GET", "profiles/").json()
    second = client.call("GET", first["next"]).json()
    listed = [one["phone"] for one in first["results"] + second["results"]]
    newest_first = sorted([*people, staff], key=lambda one: one.pk, reverse=True)
    assert listed == [one.phone for one in newest_first]


def test_staff_see_one_user_with_their_referrals(client, user, friend, as_user):
    as_user(user).activate(friend.invite_code.value)
    answer = client.call("GET", f"profiles/{user.pk}/").json()
    assert answer["phone"] == user.phone
    assert answer["invite_code"] == user.invite_code.value
    assert answer["activated_invite_code"] == friend.invite_code.value
    assert client.call("GET", f"profiles/{friend.pk}/").json()["invitees_count"] == 1


def test_a_user_without_a_code_is_listed_too(client, user):
    user.invite_code.delete()
    answer = client.call("GET", f"profiles/{user.pk}/").json()
    assert (answer["invite_code"], answer["invitees_count"]) == (None, 0)


def test_staff_search_by_phone_or_invite_code(client, join):
    anna, berg = join(phone="+79261112233"), join(phone="+79261114455")
    newest = [one.phone for one in sorted((anna, berg), key=lambda one: one.pk, reverse=True)]
    assert found(client, "%2B79261112233") == [anna.phone]
    assert found(client, "8%20(926)%20111-44-55") == [berg.phone]
    assert found(client, "926111") == found(client, "%2B7926111") == newest
    assert found(client, anna.invite_code.value.lower()) == [anna.phone]


@pytest.mark.parametrize(
    "search", ["nobody", "%25", "_", "'", "%00", "%ff", "%ED%A0%80", "9" * 999]
)
def test_an_odd_search_finds_nobody(client, search):
    assert found(client, search) == []


def test_staff_cannot_change_users_here(client, user):
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert error(client.call(method, f"profiles/{user.pk}/", {})) == "method_not_allowed"
