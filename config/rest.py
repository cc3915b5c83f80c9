"""Settings of REST framework: how API calls are parsed, authenticated, answered and refused."""

from datetime import timedelta
from typing import Any

FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["users.api.authentication.SessionTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["config.web.json_api.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["config.web.json_api.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "config.web.json_api.AlwaysJSON",
    "DEFAULT_SCHEMA_CLASS": "users.api.openapi.Schema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
ERRORS = {
    "EXCEPTION_FORMATTER_CLASS": "config.web.errors.ErrorFormatter",
    "EXCEPTION_HANDLER_CLASS": "config.web.errors.ErrorHandler",
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,
}


def tokens(signing_key: str) -> dict[str, Any]:
    """The settings of simplejwt: the lifetimes of tokens, and the key that signs them."""
    return {
        "ACCESS_TOKEN_LIFETIME": timedelta(minutes=10),
        "REFRESH_TOKEN_LIFETIME": timedelta(days=30),
        "ALGORITHM": "HS256",
        "SIGNING_KEY": signing_key,
        "JTI_CLAIM": None,
        "LEEWAY": timedelta(seconds=30),  # between machines' clocks
    }
