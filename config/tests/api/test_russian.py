"""API errors are in Russian or English as requested, whichever package they come from."""

import json
import re

import pytest
from django.utils import translation
from rest_framework import exceptions

from config.server import refusals
from config.tests.api.test_bad_input import ALL, ODD, WITH_BODY
from config.tests.api_client import Client
from config.web import json_api
from users.errors import Refusal

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
        ("POST", "auth/code/", b"[]", "Нужен объект JSON."),
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
    body = b'{"phone":\n  +7}'
    answer = client.generic("POST", "/api/v1/auth/code/", body, content_type="application/json")
    detail = answer.json()["errors"][0]["detail"]
    assert detail == "Некорректный JSON: строка 2, позиция 3."


def test_another_cursor_is_told_in_russian(me):
    answer = me.call("GET", "profile/invitees/?cursor=x", HTTP_ACCEPT_LANGUAGE="ru")
    assert answer.json()["errors"][0]["detail"] == "Недействительный курсор."


# Raised by DRF and our parser with their classes' own texts.
RAISED = (
    exceptions.APIException,
    exceptions.MethodNotAllowed,
    exceptions.NotAuthenticated,
    exceptions.NotFound,
    exceptions.ParseError,
    exceptions.PermissionDenied,
    exceptions.UnsupportedMediaType,
    json_api.Encoded,
    json_api.TooLarge,
)
# English words that Russian texts may contain.
NAMES = re.compile(r"«[^»]*»|HTTP|JSON|Content-(Length|Encoding)|Expect|100-continue|null|/api/\S+")


def told_in(language, text):
    if language == "en":
        return re.search("[a-z]", text) and not re.search("[а-яё]", text, re.I)
    return re.search("[а-яё]", text) and not re.search("[a-z]", NAMES.sub("", text), re.I)


def every(kind):
    """An error class and its subclasses."""
    return [kind, *(one for derived in kind.__subclasses__() for one in every(derived))]


def texts():
    """The texts of errors that contain no input."""
    yield from (one.detail for one in every(Refusal) if one is not Refusal)
    yield from (one.detail for one in vars(refusals).values() if isinstance(one, refusals.Reason))
    for kind in RAISED:
        yield str(kind.default_detail).format(method="«PUT»", media_type="«text/plain»")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_error_has_its_text_in_both_languages(language):
    with translation.override(language):
        said = [str(text) for text in texts()]
    assert len(said) > 30
    assert [text for text in said if not told_in(language, text)] == []


@pytest.fixture
def details(as_user, staff):
    """The error texts for a request in a language."""
    client = as_user(staff)

    def ask(language, method, path, raw, **headers):
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        answer = client.generic(
            method, path, raw, **{"content_type": "application/json", **headers}
        )
        return (
            [one["detail"] for one in answer.json()["errors"]] if answer.status_code > 399 else []
        )

    return ask


@pytest.mark.parametrize(("method", "path", "body"), WITH_BODY)
def test_every_error_of_input_is_told_in_the_language_asked_for(details, method, path, body):
    """In one test, since the same serializer checks both: DRF's own checks keep a language."""
    for language in ("en", "ru"):
        said = []
        for field in body:
            for odd in [*ODD, "a@b", "x\u202e", "a@example.org" * 30, "x" * 200]:
                raw = json.dumps({**body, field: odd}).encode()
                said += details(language, method, f"/api/v1/{path}", raw)
        for raw in (b"{}", b"{", b"[]", b"\xff", b'{"a": "\\ud800"}', b"1" * 70_000):
            said += details(language, method, f"/api/v1/{path}", raw)
        for more in ({"content_type": "x/y"}, {"HTTP_CONTENT_ENCODING": "gzip"}):
            said += details(language, method, f"/api/v1/{path}", b"{}", **more)
        assert len(said) > 10
        assert [one for one in said if not told_in(language, one)] == []


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_error_of_addresses_is_told_in_the_language_asked_for(details, language):
    said = []
    for method, path, _ in ALL:
        said += details(language, "PUT", f"/api/v1/{path}", b"")
        said += details(language, method, f"/api/v1/{path[:-1]}", b"")
        said += details(language, method, f"/api/v1/{path}", b"", HTTP_AUTHORIZATION="Bearer x")
        said += details(language, method, f"/api/v1/{path}", b"", HTTP_AUTHORIZATION="")
        said += details(language, method, f"/api/v1/{path}?cursor=x&limit=0", b"")
        said += details(language, method, f"/api/v1/{path}", b"", HTTP_HOST="evil.example")
    assert len(said) > 50
    assert {one for one in said if not told_in(language, one)} == set()
