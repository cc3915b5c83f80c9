"""The schema: up to date in the repository, cacheable at its URL, and correct."""

import gzip

import pytest
import yaml
from drf_spectacular.generators import SchemaGenerator

from config.server import refusals
from config.tests.contract import CONTRACT
from referrals.pagination import InviteePages, UserPages
from tools.schema import made

pytestmark = pytest.mark.django_db
PUBLIC = ("/api/v1/auth/code/", "/api/v1/auth/token/")
EVERYWHERE = {"400", "405", "408", "411", "413", "414", "415", "417", "429", "431", "500", "503"}


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture(scope="module")
def operations(schema):
    return [
        (path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_files_are_what_the_server_shows():
    for path, content in made().items():
        assert path.read_bytes() == content, "run make schema"


def test_it_is_openapi_3_1_and_the_same_in_every_language(client):
    texts = [client.get("/api/schema/", headers={"Accept-Language": one}) for one in ("en", "ru")]
    assert texts[0].content == texts[1].content
    assert yaml.safe_load(texts[0].content)["openapi"] == "3.1.0"


def test_it_is_sent_compressed_and_only_if_it_has_changed(client):
    first = client.get("/api/schema/", headers={"Accept-Encoding": "gzip"})
    assert yaml.safe_load(gzip.decompress(first.content))["paths"]
    assert len(first.content) < 20_000
    again = {"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]}
    assert client.get("/api/schema/", headers=again).status_code == 304
    assert client.get("/api/schema/", headers={"If-None-Match": '"other"'}).status_code == 200


def test_it_says_of_every_call_whether_it_needs_a_login(operations):
    for path, _, operation in operations:
        assert operation["security"] == ([] if path.startswith(PUBLIC) else [{"bearer": []}])


def test_every_call_has_every_answer_that_can_come_to_any(operations):
    for path, method, operation in operations:
        assert set(operation["responses"]) >= EVERYWHERE, (path, method)


def test_answers_that_all_calls_share_are_components(schema, operations):
    used = {
        answer["$ref"].rsplit("/", 1)[1]
        for _, _, operation in operations
        for answer in operation["responses"].values()
        if "$ref" in answer
    }
    assert used == set(schema["components"]["responses"])


def test_every_example_is_one_of_its_schema(operations):
    checked = 0
    for path, method, operation in operations:
        for status, answer in operation["responses"].items():
            check = CONTRACT.of(method, path, status)
            for example in CONTRACT.examples(answer):
                check.validate(example)
                checked += 1
    assert checked > 10 * len(operations), "each of its errors has one"


def test_what_the_server_refuses_itself_is_there_with_its_code_and_text(schema):
    reasons = [one for one in vars(refusals).values() if isinstance(one, refusals.Reason)]
    assert len(reasons) == 6
    (call,) = schema["paths"]["/api/v1/auth/logout/"].values()
    for reason in reasons:
        answer = CONTRACT.examples(call["responses"][reason.status[:3]])
        texts = {one["errors"][0]["code"]: one["errors"][0]["detail"] for one in answer}
        assert reason.code in texts
        assert reason.code == "parse_error" or texts[reason.code] == reason.detail


def test_clients_get_names_that_read_well(schema):
    names = {"ApiError", "ErrorType", "TokenPair", "CodeSent", "LoginRequest", "SendCodeRequest"}
    assert names | {"ProfileUpdate"} <= set(schema["components"]["schemas"])
    assert not [one for one in schema["components"]["schemas"] if one.endswith(("Enum", "List"))]


def test_what_is_always_there_is_required(schema):
    sometimes = {
        "CodeSent": {"code", "ticket"},
        "ApiError": {"meta"},
        "ErrorMeta": {"retry_after", "attempts_left", "code_length"},
        "LoginRequest": {"ticket"},
        "SendCodeRequest": {"ticket"},
        "ProfileUpdate": {"first_name", "last_name", "email"},
    }
    for name, one in schema["components"]["schemas"].items():
        optional = set(one.get("properties", ())) - set(one.get("required", ()))
        assert optional == sometimes.get(name, set()), name


@pytest.mark.parametrize("pages", [InviteePages, UserPages])
def test_the_links_in_its_examples_lead_to_a_page(pages, staff, as_user):
    link = pages().get_paginated_response_schema({})["properties"]["next"]["example"]
    answer = as_user(staff).call("GET", link.removeprefix("https://example.org"))
    assert answer.status_code == 200
