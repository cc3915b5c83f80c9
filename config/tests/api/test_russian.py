"""Errors of the API in Russian, whichever package they come from."""

import re

import pytest

from config.tests.api_client import Client

pytestmark = pytest.mark.django_db
TOO_LARGE = b'{"phone": "' + b"1" * 70_000 + b'"}'


@pytest.fixture
def client():
    client = Client()
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    return client


@pytest.mark.parametrize(
    ("method", "path", "body", "detail"),
    [
        ("POST", "auth/code/", b'{"phone": 7}', "Нужна строка."),
        ("POST", "auth/code/", b'{"phone": null}', "Значение не может быть null."),
        ("POST", "auth/code/", b"{}", "Обязательное поле."),
        ("POST", "auth/code/", b"[]", "Нужен объект JSON, а не list."),
        ("POST", "auth/code/", TOO_LARGE, "Слишком большое тело запроса."),
        ("POST", "auth/code/", b'{"phone": "12"}', "Введите номер мобильного телефона."),
        ("PUT", "auth/code/", b"", "Метод «PUT» не поддерживается."),
        ("GET", "profile/", b"", "Вы не вошли: нет токена."),
        ("POST", "nowhere/", b"", "Не найдено."),
    ],
)
def test_an_error_is_told_in_russian(client, method, path, body, detail):
    answer = client.generic(method, f"/api/v1/{path}", body, content_type="application/json")
    assert [one["detail"] for one in answer.json()["errors"]] == [detail]


def test_malformed_json_is_told_in_russian_with_the_place(client):
    answer = client.generic("POST", "/api/v1/auth/code/", b"{", content_type="application/json")
    detail = answer.json()["errors"][0]["detail"]
    assert re.match(r"Некорректный JSON: .*line 1 column", detail)


def test_another_cursor_is_told_in_russian(me):
    answer = me.call("GET", "profile/invitees/?cursor=x", HTTP_ACCEPT_LANGUAGE="ru")
    assert answer.json()["errors"][0]["detail"] == "Недействительный курсор."
