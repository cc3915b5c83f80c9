"""The last step of building the schema: what drf-spectacular can't express."""

from typing import Any

from users.api import answers
from users.api.answers import Part
from users.api.openapi import DESCRIBED, RECEIVERS, Described

ERROR_TYPE = {
    "type": "string",
    "enum": ["validation_error", "client_error", "server_error"],
    "description": "What kind of error it is. Branch on `errors[].code`, not on this.",
}
ERROR_DETAIL = {
    "type": "object",
    "required": ["code", "detail", "attr"],
    "properties": {
        "code": {
            "type": "string",
            "pattern": "^[a-z_]+$",
            "maxLength": 40,
            "description": "Stable: branch on it.",
        },
        "detail": {
            "type": "string",
            "description": "For people, in English or Russian by `Accept-Language`.",
        },
        "attr": {
            "type": ["string", "null"],
            "description": "The field or parameter it is about; null for the request as a whole.",
        },
    },
}
ERROR_META = {
    "type": "object",
    "description": "The numbers that belong to the error.",
    "properties": {
        "retry_after": {
            "type": "integer",
            "format": "int32",
            "minimum": 1,
            "description": "Seconds to wait; with every 429.",
        },
        "attempts_left": {
            "type": "integer",
            "format": "int32",
            "minimum": 0,
            "maximum": 3,
            "description": "How often a code may still be entered.",
        },
        "code_length": {
            "type": "integer",
            "format": "int32",
            "enum": [4, 8],
            "description": "The digits of the code that was sent before.",
        },
    },
}
API_ERROR = {
    "type": "object",
    "description": "What every error looks like.",
    "required": ["type", "errors"],
    "properties": {
        "type": {"$ref": "#/components/schemas/ErrorType"},
        "errors": {
            "type": "array",
            "minItems": 1,
            "maxItems": 20,
            "items": {"$ref": "#/components/schemas/ErrorDetail"},
        },
        "meta": {"$ref": "#/components/schemas/ErrorMeta"},
    },
}
EMPTY = {"type": "string", "maxLength": 0}  # drf-spectacular's for fields that may be blank
SCHEMAS = {
    "ApiError": API_ERROR,
    "ErrorDetail": ERROR_DETAIL,
    "ErrorMeta": ERROR_META,
    "ErrorType": ERROR_TYPE,
}


def finish(result: Part, **_: Any) -> Part:
    """drf-spectacular's last postprocessing hook."""
    for path in result["paths"].values():
        for operation in path.values():
            _finish_operation(operation, operation.pop(DESCRIBED))
    parts = result["components"]
    for schema in parts["schemas"].values():
        for field in (schema, *schema.get("properties", {}).values()):
            _finish_field(field)
    parts["schemas"] = dict(sorted({**parts["schemas"], **SCHEMAS}.items()))
    parts.update(answers.components())
    return result


def _finish_operation(operation: Part, described: Described) -> None:
    operation.setdefault("security", [])
    for parameter in operation.get("parameters", ()):
        _finish_field(parameter["schema"])
    success = operation["responses"][described.success]
    success |= {"description": described.answered, "headers": answers.WITH_EVERY_ANSWER}
    if described.links:
        success["links"] = described.links
    if described.most:
        success["content"]["application/json"]["schema"]["maxItems"] = described.most
    failures = [*described.failures, *RECEIVERS[operation["operationId"]]]
    operation["responses"] |= answers.error_answers(failures)


def _finish_field(field: Part) -> None:
    for odd in ("readOnly", "title"):  # a component is either sent or answered; names say enough
        field.pop(odd, None)
    if EMPTY in field.get("oneOf", ()):  # what is written here allows it
        field |= field.pop("oneOf")[0]
    if field.get("type") == "integer":
        field.setdefault("format", "int32")
