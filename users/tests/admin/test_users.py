import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.urls import reverse

from users.limits.policy import GUESSES_PER_NETWORK, GUESSES_PER_PHONE
from users.models import Challenge, Session, User
from users.tests.failures import fail

pytestmark = pytest.mark.django_db
USERS = "/admin/users/user/"


@pytest.fixture
def desk(client, staff):
    """A browser in which `staff` is logged in to the admin."""
    client.force_login(staff)
    return client


def test_staff_log_in_by_phone_and_password(client, staff):
    form = {"username": "8" + staff.phone[2:], "password": "only-for-tests-1"}
    answer = client.post("/admin/login/?next=/admin/", form)
    assert (answer.status_code, answer.url) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200


def test_the_login_form_leads_to_the_first_page_or_where_one_came_from(client):
    text = client.get("/admin/login/").content.decode()
    assert 'action="/admin/login/?next=/admin/"' in text
    text = client.get("/admin/login/?next=/admin/users/user/").content.decode()
    assert 'action="/admin/login/?next=/admin/users/user/"' in text


@pytest.mark.parametrize("name", ["nobody", "", "+79160000000", "\0"])
def test_a_wrong_login_is_no_server_error(client, name):
    answer = client.post("/admin/login/", {"username": name, "password": "x"})
    assert answer.status_code == 200


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
    assert answer.context["adminform"].form.errors["phone"] == ["This phone is taken."]


def test_a_user_can_be_edited(desk, user):
    page = f"{USERS}{user.pk}/change/"
    form = {"phone": user.phone, "first_name": "Anna", "email": "", "is_active": "on"}
    assert desk.post(page, form).status_code == 302
    user.refresh_from_db()
    assert user.first_name == "Anna"


def test_the_list_shows_code_inviter_and_count_and_is_searched_by_both(desk, user, friend, as_user):
    as_user(user).activate(friend.invite_code.value)
    text = desk.get(USERS).content.decode()
    for shown in (user.phone, friend.phone, user.invite_code.value, friend.invite_code.value):
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
    assert len(re.findall(r"\+7916\d+, [\d-]+<br>", text)) == 20
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


def test_ban_and_its_lifting(desk, user, staff, as_user):
    client = as_user(user)
    act(desk, "ban", user, staff)
    assert client.profile().status_code == 401
    staff.refresh_from_db()
    assert staff.is_active, "nobody bans themselves"
    act(desk, "unban", user)
    assert as_user(user).profile().status_code == 200


def test_all_sessions_are_ended(desk, user, as_user):
    client = as_user(user)
    act(desk, "end_sessions", user)
    assert client.profile().status_code == 401
    assert Session.objects.get(user=user).ended_at


def test_wrong_guesses_are_seen_and_forgotten(desk, user):
    fail(GUESSES_PER_PHONE, 6, user.phone)
    page = f"{USERS}{user.pk}/change/"
    assert "8 digits" in desk.get(page).content.decode()
    act(desk, "forget_guesses", user)
    assert "4 digits" in desk.get(page).content.decode()


def test_budgets_are_found_by_phone_and_by_address_and_cleared(desk, user):
    fail(GUESSES_PER_PHONE, 6, user.phone)
    fail(GUESSES_PER_NETWORK, 30, "203.0.113.9")

    def rows(query: str) -> str:
        text = desk.get("/admin/users/limit/", {"q": query}).content.decode()
        return text if 'name="_selected_action"' in text else ""

    def long(query: str) -> list[str]:
        text = desk.get("/admin/users/limit/", {"long": query}).content.decode()
        return re.findall(r"\d+ / \d+", text)

    assert "6 / 6" in rows("8" + user.phone[2:])
    assert "30 / 30" in rows("203.0.113.9")
    assert rows("203.0.113.8") == rows("nobody") == ""
    assert (long("phones"), long("networks")) == (["6 / 6"], ["30 / 30"])
    key = GUESSES_PER_PHONE.key(user.phone)
    desk.post(f"/admin/users/limit/{key}/delete/", {"post": "yes"})
    assert GUESSES_PER_PHONE.take(user.phone) == 0


@pytest.fixture
def helper(join, client):
    """Staff who may change users, and nothing else."""
    person = join(is_staff=True, password="only-for-tests-2")
    person.user_permissions.set(
        Permission.objects.filter(codename__in=("change_user", "view_user", "delete_user"))
    )
    client.force_login(person)
    return person


def test_staff_without_all_rights_gain_none(helper, staff, user, client):
    rights = {"is_active": "on", "is_staff": "on", "is_superuser": "on", "first_name": "Anna"}
    client.post(f"{USERS}{user.pk}/change/", {**rights, "phone": "+79161110000"})
    client.post(f"{USERS}{helper.pk}/change/", {**rights, "phone": helper.phone})
    client.post(
        f"{USERS}{staff.pk}/password/", {"password1": "new-one-77", "password2": "new-one-77"}
    )
    client.post(f"{USERS}{staff.pk}/delete/", {"post": "yes"})
    for action in ("ban", "end_sessions", "delete_selected"):
        form = {"action": action, "_selected_action": [staff.pk], "post": "yes"}
        client.post(USERS, form)
    before = staff.password, user.phone
    for person in (helper, staff, user):
        person.refresh_from_db()
    assert (staff.password, user.phone) == before
    assert (staff.is_active, user.first_name) == (True, "Anna")
    assert [p.is_superuser for p in (helper, staff, user)] == [False, True, False]
    assert [p.is_staff for p in (helper, staff, user)] == [True, True, False]


def test_wrong_passwords_are_limited_by_network(client, staff):
    form = {"username": staff.phone, "password": "wrong"}
    for _ in range(10):
        assert "Too many" not in client.post("/admin/login/", form).content.decode()
    form["password"] = "only-for-tests-1"
    assert "Too many" in client.post("/admin/login/", form).content.decode()
    elsewhere = client.post("/admin/login/", form, REMOTE_ADDR="10.0.0.9")
    assert elsewhere.status_code == 302


def test_lifting_a_ban_revives_no_session(desk, user, as_user):
    client = as_user(user)
    act(desk, "ban", user)
    act(desk, "unban", user)
    assert client.profile().status_code == 401


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


def test_createsuperuser_takes_a_phone_and_a_password(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "long-enough-7")
    call_command("createsuperuser", "--noinput", phone="8 916 555-11-22", verbosity=0)
    user = User.objects.get(phone="+79165551122")
    assert (user.is_staff, user.is_superuser) == (True, True)
    assert user.check_password("long-enough-7")


def test_createsuperuser_refuses_a_bad_phone(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "long-enough-7")
    with pytest.raises(CommandError):
        call_command("createsuperuser", "--noinput", phone="nobody", verbosity=0)


def test_who_is_no_superuser_sets_no_passwords(client, join, user):
    helper = join(is_staff=True)
    helper.user_permissions.set(
        Permission.objects.filter(codename__in=("view_user", "change_user"))
    )
    client.force_login(helper)
    form = {"usable_password": "true", "password1": "long-enough-7", "password2": "long-enough-7"}
    assert client.post(f"/admin/users/user/{user.pk}/password/", form).status_code == 403
    user.refresh_from_db()
    assert not user.has_usable_password()
