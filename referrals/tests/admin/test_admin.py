import re

import pytest

from referrals.invites import WRONG_CODES
from referrals.models import Activation
from users.models import User

pytestmark = pytest.mark.django_db
CODES, ACTIVATIONS = "/admin/referrals/invitecode/", "/admin/referrals/activation/"


@pytest.fixture
def desk(client, staff):
    """A browser in which `staff` is logged in to the admin."""
    client.force_login(staff)
    return client


@pytest.fixture
def found(desk):
    """The primary keys of the rows that a list shows for a search."""

    def search(page: str, text: str) -> set[int]:
        answer = desk.get(page, {"q": text})
        assert answer.status_code == 200
        rows = re.findall(rf'href="{page}(\d+)/change/', answer.content.decode())
        return {int(pk) for pk in rows}

    return search


@pytest.fixture
def activation(user, friend, as_user) -> Activation:
    as_user(user).activate(friend.invite_code.value)
    return Activation.objects.get()


def test_codes_are_found_by_value_and_by_owner(found, user, friend):
    code = user.invite_code
    written = f"{code.value[:3].lower()}-{code.value[3:]} "
    for text in (code.value, written, user.phone, "8" + user.phone[2:]):
        assert found(CODES, text) == {code.pk}, text
    assert found(CODES, "ZZZZZ2") == found(CODES, "+79169999999") == set()
    assert len(found(CODES, " ")) == 3  # including the staff's own


def test_activations_are_found_by_code_by_invitee_and_by_inviter(
    found, activation, user, friend, stranger
):
    for text in (user.phone, friend.phone, friend.invite_code.value, activation.code.lower()):
        assert found(ACTIVATIONS, text) == {activation.pk}, text
    for text in (stranger.phone, stranger.invite_code.value, "+79169999999", "nonsense"):
        assert found(ACTIVATIONS, text) == set(), text


def test_activations_of_a_code_whose_owner_is_gone_are_found(found, activation, friend):
    User.objects.filter(pk=friend.pk).delete()
    assert found(ACTIVATIONS, activation.code) == {activation.pk}


def test_activations_are_filtered_by_day(desk, activation):
    for since, rows in (("2000-01-01", 1), ("2900-01-01", 0)):
        page = desk.get(ACTIVATIONS, {"activated_at__gte": f"{since} 00:00:00+00:00"})
        assert page.content.decode().count('name="_selected_action"') == rows


def test_nobody_adds_or_changes_codes_and_activations(desk, activation, user):
    for page, pk in ((CODES, user.invite_code.pk), (ACTIVATIONS, activation.pk)):
        assert desk.get(f"{page}add/").status_code == 403
        assert desk.post(f"{page}{pk}/change/", {"value": "AAAAA2"}).status_code == 403
    assert desk.post(f"{CODES}{user.invite_code.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_side_bar_shows_each_list_to_those_who_may_see_it(client, desk, join):
    links = {"users/user", "users/session", "users/limit", "users/counter", "auth/group"}
    links |= {"referrals/invitecode", "referrals/activation"}

    def shown() -> set[str]:
        text = client.get("/admin/password_change/").content.decode()
        bar = text[text.index('id="nav-sidebar-apps"') :]
        return set(re.findall(r'href="/admin/(\w+/\w+)/"', bar)) & links

    assert shown() == links
    client.force_login(join(is_staff=True))
    assert shown() == set()


def test_only_admin_pages_may_run_what_alpine_needs(client, desk):
    def policy(page: str) -> str:
        return client.get(page).headers["Content-Security-Policy"]

    assert (
        "script-src 'self' 'unsafe-eval'"
        in type(client)().get("/admin/login/").headers["Content-Security-Policy"]
    )
    assert "unsafe" not in policy("/")
    assert "unsafe-eval" not in policy("/api/docs/")
    for page in ("/admin/", "/admin/users/user/", "/admin/users/user/add/"):
        found = policy(page)
        assert "script-src 'self' 'unsafe-eval'" in found
        assert "style-src 'self' 'unsafe-inline'" in found
        assert "default-src 'none'" in found
        assert "'unsafe-inline'" not in re.search("script-src [^;]*", found)[0]


def test_the_limit_of_failed_activations_has_its_title_and_is_found_by_phone(desk, user):
    WRONG_CODES.take(user.phone)
    text = desk.get("/admin/users/limit/", {"q": user.phone}).content.decode()
    assert "1 / 10" in text
    assert str(WRONG_CODES.title) in text
    assert "1 / 10" in desk.get("/admin/users/limit/", {"kind": WRONG_CODES.name}).content.decode()
    assert (
        "1 / 10" not in desk.get("/admin/users/limit/", {"kind": "guesses-phone"}).content.decode()
    )
