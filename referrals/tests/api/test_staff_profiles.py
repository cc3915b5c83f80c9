import pytest

from config.tests.api_client import error

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(staff, as_user):
    return as_user(staff)


def found(client, search: str) -> list[str]:
    answer = client.generic("GET", "/api/v1/profiles/", QUERY_STRING=f"search={search}")
    assert answer.status_code == 200
    return [one["phone"] for one in answer.json()["results"]]


def test_staff_list_every_user_in_pages(client, join, staff):
    people = [join() for _ in range(60)]
    first = client.call("GET", "profiles/").json()
    second = client.call("GET", first["next"]).json()
    listed = [one["phone"] for one in first["results"] + second["results"]]
    assert listed == [person.phone for person in [*reversed(people), staff]]


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
    assert found(client, "%2B79261112233") == [anna.phone]
    assert found(client, "8%20(926)%20111-44-55") == [berg.phone]
    assert found(client, "926111") == found(client, "%2B7926111") == [berg.phone, anna.phone]
    assert found(client, anna.invite_code.value.lower()) == [anna.phone]


@pytest.mark.parametrize(
    "search", ["nobody", "%25", "_", "'", "%00", "%ff", "%ED%A0%80", "9" * 999]
)
def test_an_odd_search_finds_nobody(client, search):
    assert found(client, search) == []


def test_staff_cannot_change_users_here(client, user):
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert error(client.call(method, f"profiles/{user.pk}/", {})) == "method_not_allowed"
