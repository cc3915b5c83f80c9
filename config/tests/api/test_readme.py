"""The README is short in both languages, and right about the API."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from drf_spectacular.generators import SchemaGenerator

from config.tests.product import running

ROOT = Path(__file__).resolve().parents[3]
READMES = {name: (ROOT / name).read_text() for name in ("README.md", "README.ru.md")}
in_both_languages = pytest.mark.parametrize("readme", READMES.values(), ids=READMES)


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture(scope="module")
def operations(schema):
    """All calls in the notation of the documents: `GET profile/`."""
    return {
        f"{method.upper()} {path.removeprefix('/api/v1/').replace('{id}', '<id>')}": operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }


def fields(schema: dict, part: dict) -> set[str]:
    """The names of all fields in a part of the schema, at any depth."""
    if "$ref" in part:
        return fields(schema, schema["components"]["schemas"][part["$ref"].rsplit("/", 1)[1]])
    inner = [*part.get("properties", {}).values(), *part.get("allOf", [])]
    inner += [part["items"]] if "items" in part else []
    return set(part.get("properties", {})).union(*(fields(schema, one) for one in inner))


def content(schema: dict, operation: dict) -> set[str]:
    return fields(schema, operation["content"]["application/json"]["schema"])


def rows(readme: str) -> list[list[str]]:
    """The rows of the table of calls: call, body, answer."""
    lines = re.findall(r"^\| `(?:GET|POST|PUT|PATCH|DELETE) .*\|$", readme, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def words(cell: str) -> set[str]:
    return set(re.findall(r"`([a-z_]+)`", cell))


def commands(readme: str) -> str:
    """The commands to paste, without comments."""
    (block,) = re.findall(r"^```bash\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    return re.sub(r"^#.*\n", "", block, flags=re.MULTILINE)


@in_both_languages
def test_it_can_be_read_at_a_sitting(readme):
    assert len(readme.splitlines()) <= 180


@in_both_languages
def test_its_table_has_every_call(readme, operations):
    calls = [re.split(r"[?`]", call)[1] for call, _, _ in rows(readme)]
    assert sorted(calls) == sorted(operations)


@in_both_languages
def test_its_table_has_the_fields_of_bodies_answers_and_queries(readme, schema, operations):
    for call, body, answer in rows(readme):
        operation = operations[re.split(r"[?`]", call)[1]]
        sent = content(schema, operation["requestBody"]) if "requestBody" in operation else set()
        assert words(body) == sent, call
        got = operation["responses"].get("200")
        assert words(answer) <= (content(schema, got) if got else set()), call
        parameters = operation.get("parameters", [])
        asked = {one["name"] for one in parameters if one["in"] == "query"}
        assert set(re.findall(r"(\w+)=", call)) == asked, call


@in_both_languages
def test_it_lists_all_that_a_profile_has(readme, schema):
    (text,) = re.findall(r"^(?:A profile has|В профиле есть).*?\n\n", readme, re.M | re.S)
    assert words(text) == set(schema["components"]["schemas"]["Profile"]["properties"])


@in_both_languages
def test_it_names_the_versions_of_python_that_the_package_takes(readme):
    project = (ROOT / "pyproject.toml").read_text()
    (least, beyond) = re.findall(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', project)[0]
    assert re.search(rf"Python (от )?3\.{least} (to|до) 3\.{int(beyond) - 1}\b", readme)


def test_the_page_on_the_api_has_a_section_for_every_call(operations):
    page = (ROOT / "docs" / "api.md").read_text()
    assert sorted(re.findall(r"^### `(.*)`$", page, re.MULTILINE)) == sorted(operations)


def test_both_languages_have_the_same_commands():
    assert commands(READMES["README.md"]) == commands(READMES["README.ru.md"])


@pytest.mark.skipif(not (shutil.which("bash") and shutil.which("curl")), reason="bash or curl")
@pytest.mark.django_db(transaction=True)
def test_the_walk_through_works_when_pasted():
    with running() as server:
        done = subprocess.run(
            ["bash", "-e", "-u", "-c", commands(READMES["README.md"])],
            env={"PATH": os.environ["PATH"], "PORT": str(server.port)},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert (done.returncode, done.stderr) == (0, "")
    fresh, activated, inviter, logout, refused = done.stdout.splitlines()
    assert '"invitees_count":0' in fresh
    assert '"activated_invite_code":"' in activated
    assert '"invitees_count":1' in inviter
    assert logout == ""
    assert '"token_not_valid"' in refused
