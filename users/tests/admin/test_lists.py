import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse

from users.admin.lists import BoundedPaginator
from users.models import Limit, Session, User

pytestmark = pytest.mark.django_db
USERS = "/admin/users/user/"


def lists() -> list[str]:
    return [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
    ]


def phones(text: str) -> list[str]:
    return re.findall(r'data-label="phone"><a [^>]*>([^<]+)<', text)


def test_no_list_counts_all_rows(desk, user, as_user, django_assert_max_num_queries):
    as_user(user)
    for page in lists():
        for query in ("", "?q=7K2M9X", f"?q={user.phone}", "?_facets=True", "?all="):
            with django_assert_max_num_queries(12) as statements:
                assert desk.get(page + query, follow=True).status_code == 200
            counts = [one["sql"] for one in statements if "COUNT(" in one["sql"]]
            assert counts or "q=" in query, page
            assert all(re.search(r"LIMIT 10001\)", sql) for sql in counts), counts


def test_a_long_list_says_that_there_is_more(desk, join, monkeypatch):
    monkeypatch.setattr(BoundedPaginator, "MOST", 3)
    join()
    join()
    assert "Found: 3" in desk.get(USERS).content.decode()
    join()
    assert "First 3 shown. Search or filter" in desk.get(USERS).content.decode()


def test_a_page_beyond_the_last_leads_back(desk, join):
    for _ in range(60):
        join()
    assert desk.get(USERS, {"p": 2}).status_code == 200
    assert desk.get(USERS, {"p": 300}).status_code == 302


def test_users_are_sorted_by_phone_but_by_nothing_without_an_index(desk, join):
    made = [join(phone=f"+7916111000{n}") for n in (3, 1, 2)]
    newest = [one.phone[-1] for one in sorted(made, key=lambda one: one.pk, reverse=True)]

    def shown(order: str) -> list[str]:
        found = phones(desk.get(USERS, {"o": order}).content.decode())
        return [phone[-1] for phone in found if phone.startswith("+7 916 111-00")]

    assert shown("1") == ["1", "2", "3"]
    assert shown("-1") == ["3", "2", "1"]
    for column in range(2, 6):
        assert shown(f"-{column}") == shown(f"{column}") == newest, column


def test_no_action_reaches_beyond_the_page(desk, join):
    for _ in range(60):
        join()
    text = desk.get(USERS).content.decode()
    assert "Select all 61" not in text
    ticked = User.objects.latest("pk").pk
    form = {"action": "ban", "_selected_action": [ticked], "select_across": "1"}
    assert desk.post(USERS, form).status_code == 302
    assert User.objects.filter(is_active=False).get().pk == ticked


def test_statuses_are_words(desk, join, user):
    join(is_active=False)
    text = desk.get(USERS).content.decode()
    assert all(re.search(rf">\s*{word}\s*<", text) for word in ("active", "banned", "staff"))


def test_filters_for_staff_and_banned_have_an_index(desk, join, user):
    banned = join(is_active=False)
    assert phones(desk.get(USERS, {"is_active__exact": 0}).content.decode()) == [str(banned)]
    assert len(phones(desk.get(USERS, {"is_staff__exact": 1}).content.decode())) == 1
    indexed = {index.name for index in User._meta.indexes}
    assert indexed == {"user_date_joined", "user_staff", "user_banned"}


def test_sessions_are_found_by_phone_in_any_spelling(desk, user, friend, as_user):
    as_user(user)
    as_user(friend)

    def rows(query: str) -> int:
        page = desk.get("/admin/users/session/", {"q": query})
        return page.content.decode().count('name="_selected_action"')

    assert (rows("8" + user.phone[2:]), rows("nobody"), rows("")) == (1, 0, 3)
    assert Session.objects.count() == 3  # including that of staff


def test_an_unknown_kind_of_limit_is_shown_as_it_is(desk):
    Limit.objects.create(key="k", kind="new-kind", count=1, resets_at=9e9)
    assert "new-kind" in desk.get("/admin/users/limit/").content.decode()


def test_rights_are_those_that_this_site_asks_for(desk, user):
    text = desk.get(f"{USERS}{user.pk}/change/").content.decode()
    assert "users: can export" in text
    assert "log entries: can change" not in text
    right = Permission.objects.get(codename="export_user")
    form = {"phone": user.phone, "is_active": "on", "user_permissions": [right.pk]}
    assert desk.post(f"{USERS}{user.pk}/change/", form).status_code == 302
    assert user.user_permissions.get() == right
