import contextlib
import json
import re

import pytest
from drf_spectacular.generators import SchemaGenerator

pytestmark = pytest.mark.django_db

CALLS = {
    ("post", "/api/v1/auth/code/"),
    ("post", "/api/v1/auth/token/"),
    ("post", "/api/v1/auth/token/refresh/"),
    ("post", "/api/v1/auth/token/verify/"),
    ("post", "/api/v1/auth/logout/"),
    ("get", "/api/v1/auth/sessions/"),
    ("delete", "/api/v1/auth/sessions/"),
    ("delete", "/api/v1/auth/sessions/{id}/"),
    ("get", "/api/v1/profile/"),
    ("patch", "/api/v1/profile/"),
    ("put", "/api/v1/profile/phone/"),
    ("delete", "/api/v1/profile/"),
    ("post", "/api/v1/profile/activate/"),
    ("get", "/api/v1/profile/invitees/"),
    ("get", "/api/v1/profiles/"),
    ("get", "/api/v1/profiles/{id}/"),
}


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture(scope="module")
def operations(schema):
    return {
        (method, path): operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }


def test_the_schema_has_every_call(operations):
    assert set(operations) == CALLS


def test_every_call_is_summed_up_tagged_and_secured(operations):
    for (_, path), operation in operations.items():
        assert operation["summary"]
        assert operation["tags"]
        public = path.startswith(("/api/v1/auth/code", "/api/v1/auth/token"))
        assert operation.get("security", []) == ([] if public else [{"bearer": []}])


def test_every_body_and_answer_has_an_example(schema, operations):
    for operation in operations.values():
        if "requestBody" in operation:
            assert operation["requestBody"]["content"]["application/json"]["examples"]
        for status, answer in operation["responses"].items():
            if "$ref" in answer:
                answer = schema["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
            if status != "204":
                content = answer["content"]["application/json"]
                assert content["examples"], (operation["operationId"], status)


def test_every_call_names_the_errors_it_can_give(operations):
    for (method, path), operation in operations.items():
        answers = operation["responses"]
        if operation.get("security"):
            assert "401" in answers
        assert any(status.startswith("2") for status in answers), (method, path)
    codes = set(
        re.findall(r'"code": "(\w+)"', json.dumps(operations[("post", "/api/v1/auth/code/")]))
    )
    assert codes >= {"invalid_phone", "code_recently_sent", "too_many_codes", "sms_unavailable"}


def test_no_example_has_a_gap_to_fill(operations):
    assert re.findall(r"{\w+}", json.dumps([one["responses"] for one in operations.values()])) == []


@pytest.mark.parametrize("path", ["/api/v1/profile/invitees/", "/api/v1/profiles/"])
def test_the_bounds_of_a_page_are_told(operations, path):
    (limit,) = [one for one in operations["get", path]["parameters"] if one["name"] == "limit"]
    bounds = {"minimum": 1, "maximum": 100, "default": 50}
    assert limit["schema"] == {"type": "integer", "format": "int32", **bounds}


@pytest.mark.parametrize("page", ["/api/docs/", "/api/redoc/", "/api/schema/"])
def test_the_docs_come_from_this_server_alone(client, page):
    answer = client.get(page)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]+', text) == []
    for asset in re.findall(r'(?:src|href)="(/static/[^"]+)"', text):
        with contextlib.closing(client.get(asset)) as got:
            assert got.status_code == 200


def test_the_authorisation_in_swagger_persists(client):
    assert '"persistAuthorization": true' in client.get("/api/docs/?script=").content.decode()


def test_the_schema_is_there_as_json_and_yaml(client):
    assert client.get("/api/schema/", headers={"Accept": "application/json"}).json()["paths"]
    assert client.get("/api/schema/?format=json").json()["paths"]
    assert b"openapi:" in client.get("/api/schema/").content
