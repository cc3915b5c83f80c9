"""The schema is right about bodies: listed error codes occur, allowed bodies are accepted."""

import sys

import jsonschema_rs
import pytest
from drf_spectacular.generators import SchemaGenerator

from config.tests.api_client import Client
from config.tests.contract import CONTRACT

pytestmark = pytest.mark.django_db
BODIES = {
    ("post", "/api/v1/auth/code/"): {"phone": "+79161234567"},
    ("post", "/api/v1/auth/token/"): {"phone": "+79161234567", "code": "0421"},
    ("post", "/api/v1/auth/token/refresh/"): {"refresh": "x"},
    ("post", "/api/v1/auth/token/verify/"): {"token": "x"},
    ("patch", "/api/v1/profile/"): {"first_name": "A", "last_name": "B", "email": "a@example.org"},
    ("put", "/api/v1/profile/phone/"): {"phone": "+79161234567", "code": "0421"},
    ("post", "/api/v1/profile/activate/"): {"invite_code": "7K2M9X"},
}
ODD = (None, "", 5, "\0", "x" * 300)
FORM = {"required", "null", "blank", "invalid", "max_length", "null_characters_not_allowed"}


def listed(method: str, path: str) -> set[str]:
    """The error codes of a call's 400 in the schema."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    answer = schema["paths"][path][method]["responses"]["400"]
    return {body["errors"][0]["code"] for body in CONTRACT.examples(answer)}


def given(client: Client, method: str, path: str, body: object) -> set[str]:
    """The error codes of an answer."""
    answer = client.call(method.upper(), path, body)
    return {one["code"] for one in answer.json().get("errors", ())}


@pytest.mark.parametrize(("method", "path"), BODIES)
def test_every_listed_reason_to_refuse_a_body_for_its_form_is_given(me, method, path):
    body, codes = BODIES[method, path], set()
    for wrong in ({}, [], *({**body, name: odd} for name in body for odd in ODD)):
        codes |= given(me, method, path, wrong)
    assert codes & FORM == listed(method, path) & FORM


TRIMMED = [char for char in map(chr, range(sys.maxunicode + 1)) if not char.strip()]


def allowed(name: str, body: object) -> bool:
    """Whether the schema allows a body."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    form = {"$ref": f"#/components/schemas/{name}", "components": schema["components"]}
    return jsonschema_rs.Draft202012Validator(form).is_valid(body)


@pytest.mark.parametrize("blank", TRIMMED, ids=ascii)
def test_the_schema_takes_the_same_for_blank_as_the_server(me, blank):
    names = {"first_name": f"{blank} Anna{blank}", "last_name": blank}
    assert allowed("ProfileUpdate", names)
    assert me.call("PATCH", "profile/", names).json()["first_name"] == "Anna"
    assert allowed("SendCodeRequest", {"phone": "112", "ticket": f"{blank}{'a' * 22}{blank}"})
    assert not allowed("LoginRequest", {"phone": "112", "code": blank})
    assert given(me, "post", "/api/v1/auth/token/", {"phone": "112", "code": blank}) == {"blank"}
