"""The Postman collection has every call, and newman runs it against the server, twice in a row."""

import json
import os
import re
import shutil
import subprocess

import pytest
from django.db import connection  # noqa: F401  # for skipif
from drf_spectacular.generators import SchemaGenerator

from config.tests.contract import CONTRACT
from config.tests.product import running
from tools.postman import FILE, call_of, requests
from tools.server import ROOT

INSTALLED = ROOT / ".cache" / "newman" / "node_modules" / ".bin" / "newman"
newman = shutil.which("newman") or (str(INSTALLED) if INSTALLED.exists() else None)
ENVIRONMENTS = sorted((ROOT / "docs" / "postman").iterdir())
NO_CALLS = {"GET /healthz", "GET /readyz", "GET /api/schema/", "GET /api/docs/", "GET /api/redoc/"}
REFUSED = {"PUT /api/v1/profile/", "GET /api/v1/unknown/"}


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def path_of(item):
    return item["request"]["url"]["raw"].removeprefix("{{base_url}}")


@pytest.fixture(scope="module")
def collection():
    return json.loads(FILE.read_text())


def test_it_has_every_call_and_no_other(schema, collection):
    every = list(requests(collection))
    calls = {(path, method) for path, one in schema["paths"].items() for method in one}
    assert {call_of(one, schema) for one in every} - {None} == calls
    others = [one for one in every if call_of(one, schema) is None]
    named = {f"{one['request']['method']} {path_of(one)}" for one in others}
    assert named == NO_CALLS | REFUSED


def test_every_call_has_a_saved_answer_for_success_and_for_each_error(schema, collection):
    seen = set()
    for one in requests(collection):
        call = call_of(one, schema)
        if call is None:
            continue
        assert one["response"], one["name"]
        if call not in seen:
            codes = {answer["code"] for answer in one["response"]}
            assert codes == {
                int(status) for status in schema["paths"][call[0]][call[1]]["responses"]
            }
        seen.add(call)


def test_its_saved_answers_are_ones_that_the_schema_foresees(schema, collection):
    for one in requests(collection):
        for answer in one["response"] if call_of(one, schema) else ():
            path, method = call_of(one, schema)
            check = CONTRACT.of(method, path, str(answer["code"]))
            if check:
                check.validate(json.loads(answer["body"]))
            else:
                assert answer["body"] == ""


def test_the_saved_answer_of_each_case_is_the_one_that_it_is_about(schema, collection):
    seen = set()
    for one in requests(collection):
        script = next(
            event["script"]["exec"] for event in one["event"] if event["listen"] == "test"
        )
        statuses = re.findall(r"have\.status\((\d+)\)", "\n".join(script))
        (saved, *more) = one["response"] or [{"code": None}]
        call = call_of(one, schema)
        if f"GET {path_of(one)}" in NO_CALLS:
            assert saved["code"] in (200, None)
        elif call is None or call in seen:
            assert (str(saved["code"]) in statuses, more) == (True, []), one["name"]
        seen.add(call)


def test_its_environments_have_variables_of_its_own(collection):
    known = {one["key"] for one in collection["variable"]}
    assert [path.name.split(".")[0] for path in ENVIRONMENTS] == ["local", "production"]
    for path in ENVIRONMENTS:
        assert {one["key"] for one in json.loads(path.read_text())["values"]} <= known


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="on PostgreSQL; once is enough")
@pytest.mark.skipif(
    newman is None and os.environ.get("REQUIRE_E2E") != "1", reason="newman is not installed"
)
def test_the_postman_collection_is_green_twice_in_a_row():
    assert newman, "newman is not installed"
    with running(TRUSTED_PROXY_COUNT="0", SMS_DELAY="0.1") as server:
        for limits in ("false", "true"):
            command = [newman, "run", str(FILE), "--color", "off"]
            command += ["--environment", str(ENVIRONMENTS[0])]
            command += ["--env-var", f"base_url={server.base}", "--env-var", f"try_limits={limits}"]
            result = subprocess.run(command, capture_output=True, text=True)
            assert result.returncode == 0, result.stdout[-5000:]
            assert ("429 too_many_codes" in result.stdout) == (limits == "true")
