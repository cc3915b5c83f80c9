import re

import pytest
from django.contrib import admin
from django.urls import reverse

from users.models import Challenge, Session, User

pytestmark = pytest.mark.django_db
USERS = "/admin/users/user/"


def test_no_page_of_the_admin_fails(desk, user, friend, as_user):
    as_user(user).activate(friend.invite_code.value)
    for model in admin.site._registry:
        info = f"{model._meta.app_label}_{model._meta.model_name}"
        assert desk.get(reverse(f"admin:{info}_changelist")).status_code == 200
        assert desk.get(reverse(f"admin:{info}_changelist") + "?q=x").status_code == 200
        adding = desk.get(reverse(f"admin:{info}_add")).status_code
        assert adding in (200, 403)
        for row in model.objects.all()[:3]:
            for page in ("change", "history", "delete"):
                answer = desk.get(reverse(f"admin:{info}_{page}", args=[row.pk]))
                assert answer.status_code in (200, 403), (model, page)


def test_a_user_can_be_added_without_a_password(desk):
    form = {"phone": "8 (926) 555-44-33", "usable_password": "false"}
    assert desk.post(USERS + "add/", form).status_code == 302
    user = User.objects.get(phone="+79265554433")
    assert not user.has_usable_password()


def test_a_user_can_be_added_with_a_password(desk):
    form = {
        "phone": "+79265554433",
        "usable_password": "true",
        "password1": "long-enough-7",
        "password2": "long-enough-7",
    }
    assert desk.post(USERS + "add/", form).status_code == 302
    assert User.objects.get(phone="+79265554433").check_password("long-enough-7")


@pytest.mark.parametrize("bad", ["", "112", "nobody", "8 (495) 123-45-67"])
def test_a_user_with_a_bad_phone_is_refused(desk, bad):
    answer = desk.post(USERS + "add/", {"phone": bad, "usable_password": "false"})
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["phone"]


def test_a_phone_taken_in_another_spelling_is_refused(desk, user):
    answer = desk.post(USERS + "add/", {"phone": "8" + user.phone[2:], "usable_password": "false"})
    assert answer.context["adminform"].form.errors["phone"] == [
        "This phone number is already taken."
    ]


def test_a_user_can_be_edited(desk, user):
    page = f"{USERS}{user.pk}/change/"
    form = {"phone": user.phone, "first_name": "Anna", "email": "", "is_active": "on"}
    assert desk.post(page, form).status_code == 302
    user.refresh_from_db()
    assert user.first_name == "Anna"


def test_the_list_shows_code_inviter_and_count_and_is_searched_by_both(desk, user, friend, as_user):
    as_user(user).activate(friend.invite_code.value)
    text = desk.get(USERS).content.decode()
    for shown in (str(user), str(friend), user.invite_code.value, friend.invite_code.value):
        assert shown in text

    def rows(query: str) -> int:
        return desk.get(USERS, {"q": query}).content.decode().count('name="_selected_action"')

    assert rows(user.phone) == rows(user.invite_code.value) == 1
    assert rows("nobody") == 0


def test_the_users_page_shows_invitees_and_sessions_but_never_a_thousand(
    desk, user, friend, as_user, join
):
    for _ in range(25):
        as_user(join()).activate(user.invite_code.value)
    as_user(user)
    text = desk.get(f"{USERS}{user.pk}/change/").content.decode()
    assert "inviter__id__exact" in text
    assert (
        len(re.findall(r"/change/\">\+7 916 [\d-]+</a>, <time[^>]*>[^<]* UTC</time><br>", text))
        == 20
    )
    assert "127.0.0.1" in text


def test_lists_take_few_queries_whatever_the_number_of_rows(
    desk, join, as_user, friend, django_assert_max_num_queries
):
    for _ in range(30):
        as_user(join()).activate(friend.invite_code.value)
    pages = [USERS, "/admin/users/session/", "/admin/referrals/activation/"]
    for page in [*pages, "/admin/referrals/invitecode/"]:
        with django_assert_max_num_queries(8):
            desk.get(page)


def act(desk, name: str, *users: User) -> None:
    form = {"action": name, "_selected_action": [user.pk for user in users]}
    assert desk.post(USERS, form).status_code == 302


def test_all_sessions_are_ended(desk, user, as_user):
    client = as_user(user)
    act(desk, "end_sessions", user)
    assert client.profile().status_code == 401
    assert Session.objects.get(user=user).ended_at


def test_users_who_invited_each_other_are_deleted_together(desk, join, as_user):
    people = [join() for _ in range(6)]
    for number, person in enumerate(people):
        as_user(person).activate(people[number ^ 1].invite_code.value)
    form = {"action": "delete_selected", "_selected_action": [p.pk for p in people], "post": "yes"}
    assert desk.post(USERS, form).status_code == 302
    assert User.objects.count() == 1


def test_one_time_codes_are_not_in_the_admin(desk, anyone, phone):
    anyone.request_code(phone)
    assert not admin.site.is_registered(Challenge)
    assert "challenge" not in desk.get("/admin/").content.decode().lower()
