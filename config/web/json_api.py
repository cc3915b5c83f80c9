"""What all API calls have in common: JSON in, JSON out."""

from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, negotiation, parsers, renderers, status
from rest_framework.utils.mediatypes import media_type_matches

PREFIX = "/api/"


def is_api(request: HttpRequest) -> bool:
    """Whether the API is asked, so that it answers in JSON, errors included."""
    return request.path_info.startswith(PREFIX)


class TooLarge(exceptions.APIException):
    """The body is over the limit."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = _("The request body is too large.")


class JSONParser(parsers.BaseParser):
    """UTF-8 JSON of limited size; refuses NaN, lone surrogates and whatever else is not JSON."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """The parsed body. Raises `TooLarge`, `ParseError`."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            text = _("Invalid JSON: %(error)s") % {"error": error}
            raise exceptions.ParseError(text) from None


class JSONRenderer(renderers.BaseRenderer):
    """JSON with times in UTC, ending in Z."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(self, data: Any, media_type: Any = None, renderer_context: Any = None) -> bytes:
        """The body; empty without data."""
        return b"" if data is None else orjson.dumps(data, option=orjson.OPT_UTC_Z, default=str)


class AlwaysJSON(negotiation.BaseContentNegotiation):
    """The API speaks JSON whatever `Accept` says, so errors have one shape for browsers, too."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        """The JSON parser, or None (415) for another content type."""
        matches = media_type_matches("application/json", request.content_type or "")
        return parsers[0] if matches else None

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type
