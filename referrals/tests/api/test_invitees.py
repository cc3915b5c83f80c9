import pytest

from config.tests import factories
from referrals.models import Activation

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitees(user):
    """The phones of 130 invitees, newest first; ten of them joined at the same moment."""
    phones = [one.phone for one in factories.invitees(user, 130)]
    at_once = Activation.objects.filter(invitee__phone__in=phones[60:70])
    at_once.update(activated_at=at_once.first().activated_at)
    return phones[:60] + phones[69:59:-1] + phones[70:]


def pages(client, path):
    while path:
        page = client.call("GET", path).json()
        assert set(page) == {"next", "previous", "results"}
        yield page
        path = page["next"]


def test_all_pages_together_are_all_invitees_newest_first(me, invitees):
    found = list(pages(me, "profile/invitees/"))
    assert [len(page["results"]) for page in found] == [50, 50, 30]
    results = [one for page in found for one in page["results"]]
    assert all(set(one) == {"phone", "activated_at"} for one in results)
    assert [one["phone"] for one in results] == invitees


def test_the_way_back_leads_to_the_first_page(me, invitees):
    found = list(pages(me, "profile/invitees/"))
    back = me.call("GET", found[1]["previous"]).json()
    assert back["results"] == found[0]["results"]


@pytest.mark.parametrize(("limit", "size"), [(1, 1), (7, 7), (99, 99), (100, 100)])
def test_a_page_has_as_many_as_asked_for(me, invitees, limit, size):
    page = me.call("GET", f"profile/invitees/?limit={limit}").json()
    assert len(page["results"]) == size


def test_the_profile_shows_fifty_and_where_to_go_on(me, invitees):
    profile = me.profile().json()
    assert profile["invitees"] == invitees[:50]
    assert profile["invitees_count"] == 130
    rest = [one for page in pages(me, profile["invitees_next"]) for one in page["results"]]
    assert [one["phone"] for one in rest] == invitees[50:]


def test_a_page_does_not_slip_when_somebody_joins(me, user, invitees, join):
    first = me.call("GET", "profile/invitees/").json()
    Activation.objects.create(invitee=join(), inviter=user, code=user.invite_code.value)
    second = me.call("GET", first["next"]).json()
    assert second["results"][0]["phone"] == invitees[50]


def test_nobody_sees_the_invitees_of_another(invitees, friend, as_user):
    assert as_user(friend).call("GET", "profile/invitees/").json()["results"] == []
