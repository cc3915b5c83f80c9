"""The schema's description of the API as a whole, and how it is generated and shown."""

from typing import Any

from drf_spectacular.types import OpenApiTypes

DESCRIPTION = """\
Login by phone number and invite codes.

## Quick start

1. `POST auth/code/` with `{"phone": "+7 916 123-45-67"}` sends a code by SMS. Keep the `ticket`.
   If the SMS is simulated, the answer has the `code`, too.
2. `POST auth/token/` with `phone`, `code` and `ticket` gives the tokens: `access` for 10 minutes,
   `refresh` for 30 days. A phone never seen before becomes a new user.
3. `GET profile/` with `Authorization: Bearer <access>` shows the user's invite code, and the phones
   of the people who activated it.
4. `POST profile/activate/` with `{"invite_code": "7K2M9X"}` activates another user's code, once.
5. On `401 token_not_valid`, `POST auth/token/refresh/` with `refresh` gives the next pair, and the
   call can be repeated. If that is 401, too, log in again.

## Errors

All errors are an `ApiError`. Branch on `errors[].code`: it is stable, and each call lists the codes
it can give. New codes may be added, so treat an unknown one by its status. `detail` is for people,
in English or Russian by `Accept-Language`. After a 429, wait for `Retry-After` seconds.

## Requests

Bodies are JSON in UTF-8, 64 KiB at most, not compressed. Every path ends in a slash. Times are
ISO 8601 in UTC. Every answer has an `X-Request-ID`; quote it when you report a problem.
"""

SETTINGS: dict[str, Any] = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Referral system",
    "DESCRIPTION": DESCRIPTION,
    "VERSION": "1.0.0",
    "CONTACT": {"name": "Whoever runs this server"},
    "LICENSE": {"name": "MIT License", "identifier": "MIT"},
    "SERVERS": [{"url": "/", "description": "The server that this schema comes from."}],
    "TAGS": [
        {"name": "Login", "description": "A phone number and a one-time code give a token pair."},
        {"name": "Sessions", "description": "The user's sessions: list them, end them."},
        {"name": "Profile", "description": "The user's account, invite code and invitees."},
        {"name": "Staff", "description": "All users, for staff only."},
    ],
    "DISABLE_DOCSTRING_DESCRIPTIONS": True,
    "ENFORCE_NON_BLANK_FIELDS": True,
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_SUFFIX": "",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "users.api.finishing.finish",
    ],
    "PATH_CONVERTER_OVERRIDES": {"id": OpenApiTypes.UUID},
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"persistAuthorization": True, "displayRequestDuration": True},
    "REDOC_DIST": "SIDECAR",
    "REDOC_UI_SETTINGS": {"typography": {"fontFamily": "system-ui, sans-serif"}},  # its theme
}
