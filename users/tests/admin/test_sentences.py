"""The admin's Russian is grammatical: names are in the right case."""

import pytest
from django.contrib.auth.models import Group

from users.models import Session, User
from users.tests.browsing import text

pytestmark = pytest.mark.django_db
USERS, SESSIONS = "/admin/users/user/", "/admin/users/session/"


@pytest.fixture
def desk(client, staff):
    client.force_login(staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    return client


def test_a_list_is_titled_by_what_it_lists(desk):
    assert "<title> Пользователи |" in desk.get(USERS).content.decode()
    assert "<title> Сессии |" in desk.get(SESSIONS).content.decode()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (USERS, "Удалить выбранных пользователей"),
        (SESSIONS, "Удалить выбранные сессии"),
        (USERS + "add/", "Добавить пользователя"),
        ("/admin/auth/group/", "Добавить роль"),
    ],
)
def test_pages_of_all_rows_have_the_accusative(desk, user, as_user, path, words):
    as_user(user)
    assert words in text(desk.get(path))


def test_pages_of_one_row_have_the_accusative(desk, user, as_user):
    as_user(user)
    session = Session.objects.get(user=user)
    page = text(desk.get(f"{USERS}{user.pk}/change/"))
    assert "Изменить пользователя" in page
    assert "Удалить пользователя" in page
    page = text(desk.get(f"{SESSIONS}{session.pk}/change/"))
    assert "Просмотреть сессию" in page
    assert "Удалить сессию" in page
    page = text(desk.get(f"{USERS}{user.pk}/delete/"))
    assert f"Удалить пользователя «{user}»?" in page


def test_what_was_done_is_said_grammatically(desk, user):
    page = desk.post("/admin/auth/group/add/", {"name": "Поддержка"}, follow=True).content.decode()
    assert "Добавлено: роль «<a" in page
    group = Group.objects.get()
    page = text(desk.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes"}, follow=True))
    assert "Вы удалили роль «Поддержка»." in page
    chosen = {"action": "delete_selected", "_selected_action": [user.pk]}
    assert "Удалить всё, что перечислено ниже?" in text(desk.post(USERS, chosen))
    page = text(desk.post(USERS, {**chosen, "post": "yes"}, follow=True))
    assert "Удалено: 1." in page
    assert not User.objects.filter(pk=user.pk).exists()


def test_names_by_themselves_keep_the_nominative(desk, user):
    assert f"Пользователь: {user}" in text(desk.get(f"{USERS}{user.pk}/delete/"))
    assert "Пользователи" in text(desk.get(f"{USERS}{user.pk}/change/"))


def test_status_and_email_are_called_by_our_words(desk, user):
    assert "активен" in text(desk.get(USERS))
    assert "активный" not in text(desk.get(USERS))
    page = text(desk.get(f"{USERS}{user.pk}/change/"))
    assert "Почта" in page
    assert "Адрес электронной почты" not in page
