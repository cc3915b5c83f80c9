"""Checks real answers against the schema."""

import re
import threading
from functools import cache
from typing import Any

import jsonschema_rs
from drf_spectacular.generators import SchemaGenerator


class Contract:
    """The server's current schema."""

    def __init__(self) -> None:
        self.schema: Any = None
        self.paths: list[tuple[re.Pattern[str], str]] = []
        self.of = cache(self._of)
        self._loading = threading.Lock()

    def load(self) -> None:
        """Generate the schema when first needed, once Django is set up."""
        with self._loading:  # the generator isn't thread-safe
            if self.schema is not None:
                return
            schema: Any = SchemaGenerator().get_schema(request=None, public=True)
            self.paths = [
                (re.compile(re.sub(r"\{\w+\}", "[0-9A-Fa-f-]{36}", path)), path)
                for path in schema["paths"]
            ]
            self.schema = schema

    def answer(self, method: str, path: str, status: str) -> Any:
        """The schema's response object for an answer; None if the schema has no such call."""
        if self.schema is None:
            self.load()
        operation = self.schema["paths"].get(path, {}).get(method)
        if operation is None:
            return None
        assert status in operation["responses"], f"{method} {path} gives {status}"
        answer = operation["responses"][status]
        if "$ref" in answer:
            return self.schema["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
        return answer

    def _of(self, method: str, path: str, status: str) -> Any:
        """The validator for a response's body; None if it has none."""
        answer = self.answer(method, path, status)
        if answer is None or "content" not in answer:
            return None
        body = answer["content"]["application/json"]["schema"]
        whole = {**body, "components": self.schema["components"]}
        return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)

    def hold(self, method: str, path: str, response: Any) -> None:
        """Fail if the schema doesn't cover an answer. Paths outside of it are ignored."""
        if self.schema is None:
            self.load()
        for pattern, template in self.paths:
            if pattern.fullmatch(path.partition("?")[0]):
                self._hold(method.lower(), template, response)

    def _hold(self, method: str, template: str, response: Any) -> None:
        answer = self.answer(method, template, str(response.status_code))
        if answer is None:
            return
        for name, header in answer.get("headers", {}).items():
            required = header.get("required", True)
            assert not required or name in response.headers, f"{method} {template}: no {name}"
        if check := self.of(method, template, str(response.status_code)):
            check.validate(response.json())
        else:
            assert response.content == b""

    def examples(self, answer: Any) -> list[Any]:
        """The example bodies in the schema."""
        if self.schema is None:
            self.load()
        if "$ref" in answer:
            answer = self.schema["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
        content = answer.get("content", {}).get("application/json", {})
        return [one["value"] for one in content.get("examples", {}).values()]


CONTRACT = Contract()
