"""Cursor pagination: a deep page costs no more than the first."""

import re
from base64 import b64encode
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from referrals.profiles import SHOWN
from users.statements import moment

LARGEST_PAGE = 100


class Pages(CursorPagination):
    """Pages of 50 rows, or of `limit` from 1 to 100; an invalid cursor is a 404."""

    page_size = SHOWN
    max_page_size = LARGEST_PAGE
    page_size_query_param = "limit"
    cursor_query_description = "Where the page begins: as `next` or `previous` has it."
    page_size_query_description = "How many rows a page has."
    example: tuple[str, str]
    """A path and a position there, for the schema."""

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        """Pages as they are answered: both links are always present, possibly null.

        `schema` may be anything: drf-spectacular only checks where the rows go.
        """
        if isinstance(schema, dict):
            schema["maxItems"] = self.max_page_size
        path, position = self.example
        cursor = b64encode(urlencode({"p": position}).encode()).decode()
        query = urlencode({self.cursor_query_param: cursor, self.page_size_query_param: 50})
        address = f"https://example.org/api/v1/{path}?{query}"
        link = {"type": ["string", "null"], "format": "uri"}
        more = {"description": "The next page; null on the last one.", "example": address}
        back = {"description": "The page before; null on the first one.", "example": None}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link | more, "previous": link | back, "results": schema},
        }

    def get_page_size(self, request: Request) -> int:
        """The page's size. Raises `ValidationError` for a `limit` out of range."""
        limit = request.query_params.get(self.page_size_query_param, str(self.page_size))
        if not re.fullmatch("[1-9][0-9]{0,2}", limit) or int(limit) > self.max_page_size:
            text = _("Enter a whole number from 1 to %(most)s.") % {"most": self.max_page_size}
            raise ValidationError({self.page_size_query_param: text})
        return int(limit)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """DRF's parameters, with the range of `limit`."""
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        bounds = {"minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        for one in parameters:
            if one["name"] == self.page_size_query_param:
                one["schema"] |= bounds
        return parameters

    @staticmethod
    def parse_position(position: str) -> object:
        """The position in a cursor; None or `ValueError` if it is invalid."""
        raise NotImplementedError

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The cursor of the request, if any. Raises `NotFound`."""
        cursor = super().decode_cursor(request)
        try:
            position = cursor and cursor.position
            forged = position is not None and self.parse_position(str(position)) is None
        except ValueError:
            forged = True
        if forged:
            raise NotFound(self.invalid_cursor_message)
        return cursor


class InviteePages(Pages):
    """Invitees, newest first."""

    ordering = ("-activated_at", "-id")
    example = ("profile/invitees/", "2026-01-31 12:00:00+00:00")

    @staticmethod
    def parse_position(position: str) -> object:
        """A time in UTC, as written by the last page."""
        time = parse_datetime(position)
        if time is None or time.utcoffset() != timedelta(0) or not 1970 <= time.year < 9000:
            raise ValueError
        return time


class ProfileInvitees(InviteePages):
    """Makes the link to the second page; the first was read with the profile.

    This sets what `paginate_queryset` would have set, as DRF has no public way: `get_next_link`
    handles the position among invitees with the same time.
    """

    def __init__(self, times: list[str]) -> None:
        """Here an invitee is only the time of the activation."""
        self.page, rest = times[:SHOWN], times[SHOWN:]
        self.cursor, self.has_previous, self.has_next = None, False, bool(rest)
        if rest:
            self.next_position = self._get_position_from_instance(rest[0], self.ordering)

    def link_to_next(self, request: Request) -> str | None:
        """The URL of the second page, if there is one."""
        if self.has_next:
            self.base_url = request.build_absolute_uri(reverse("invitees"))
        return self.get_next_link()

    def _get_position_from_instance(self, time: Any, ordering: Any) -> str:
        return str(moment(time))


class UserPages(Pages):
    """Users, newest first."""

    ordering = ("-id",)
    example = ("profiles/", "019a7e1c-1a2b-7c3d-8e4f-5a6b7c8d9e0f")

    @staticmethod
    def parse_position(position: str) -> object:
        """A user's id."""
        return UUID(position)
