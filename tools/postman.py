"""Generates the Postman collection's saved examples from the schema, for `make schema`.

The first request for each call has all answers that the call can give; the others, which are cases,
have the one they are about.
"""

import itertools
import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from tools.server import ROOT

FILE = ROOT / "Referral system.postman_collection.json"
PHRASES = {413: "Content Too Large", 414: "URI Too Long"}  # RFC 9110's; Python has them since 3.13
Part = dict[str, Any]


def requests(folder: Part) -> Iterator[Part]:
    """All requests of the collection, in order."""
    for item in folder["item"]:
        yield from requests(item) if "item" in item else [item]


def call_of(item: Part, schema: Part) -> tuple[str, str] | None:
    """The schema's path and method for a request, if it has them."""
    method = item["request"]["method"].lower()
    path = urlsplit(item["request"]["url"]["raw"].removeprefix("{{base_url}}")).path
    for template, operations in schema["paths"].items():
        if method in operations and re.fullmatch(re.sub(r"{\w+}", r"{{\\w+}}", template), path):
            return template, method
    return None


def answers(operation: Part, schema: Part) -> Iterator[tuple[int, str, Any]]:
    """Status, name and body of each example."""
    shared = schema["components"]["responses"]
    for status, written in operation["responses"].items():
        answer = shared[written["$ref"].rsplit("/", 1)[1]] if "$ref" in written else written
        content = answer.get("content", {}).get("application/json", {})
        for name, example in content.get("examples", {answer["description"]: {}}).items():
            yield int(status), name, example.get("value")


def saved(item: Part, status: int, name: str, body: Any) -> Part:
    """An example in Postman's format."""
    kind = [{"key": "Content-Type", "value": "application/json"}]
    return {
        "name": f"{status} {name}" if status >= 400 else f"{status}",
        "originalRequest": {key: item["request"][key] for key in ("method", "header", "url")},
        "status": PHRASES.get(status) or HTTPStatus(status).phrase,
        "code": status,
        "_postman_previewlanguage": "json",
        "header": [] if body is None else kind,
        "cookie": [],
        "body": "" if body is None else json.dumps(body, indent=2, ensure_ascii=False),
    }


def code_of_case(item: Part) -> str | None:
    """The code of the error that a case is about, by its name or the title of its first test."""
    scripts = [one["script"]["exec"] for one in item["event"] if one["listen"] == "test"]
    title = re.search(r'pm\.test\("\d{3}(?: (\w+))?', "\n".join(itertools.chain(*scripts)))
    named = re.fullmatch(r"([a-z_]+)(: .*)?", item["name"])
    return named[1] if named else title and title[1]


def renewed(text: str, schema: Part) -> str:
    """The collection with the examples of the schema; what that doesn't have stays as it is."""
    collection, seen = json.loads(text), set()
    operations = itertools.chain(*(path.values() for path in schema["paths"].values()))
    any_call = [one for operation in operations for one in answers(operation, schema)]
    for item in requests(collection):
        call, code = call_of(item, schema), code_of_case(item)
        every = list(answers(schema["paths"][call[0]][call[1]], schema)) if call else any_call
        case = next((one for one in every if one[1] == code), every[0])
        if call or code:
            shown = every if call and call not in seen else [case]
            item["response"] = [saved(item, *one) for one in shown]
        seen.add(call)
    return json.dumps(collection, indent=2, ensure_ascii=False) + "\n"
