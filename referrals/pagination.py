"""Pages found by where the last one ended, so that a deep page costs what the first costs."""

from datetime import timedelta

from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

PAGE, LARGEST_PAGE = 50, 100


class Pages(CursorPagination):
    """Cursor pages of 50, or `limit` up to 100; a forged cursor is a 404."""

    page_size = PAGE
    max_page_size = LARGEST_PAGE
    page_size_query_param = "limit"

    @staticmethod
    def parse_position(position: str) -> object:
        """Where a page begins. Raises `ValueError`, or is None, where nothing can begin."""
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

    @staticmethod
    def parse_position(position: str) -> object:
        """A time in UTC, as the last page wrote it."""
        time = parse_datetime(position)
        if time is None or time.utcoffset() != timedelta(0) or not 1970 <= time.year < 9000:
            raise ValueError
        return time


class NewestInvitees(InviteePages):
    """The first page, whatever the query says, as a part of the profile."""

    page_size_query_param = None  # type: ignore[assignment]

    def decode_cursor(self, request: Request) -> None:
        """None: it is always the first page."""


class UserPages(Pages):
    """Users, newest first."""

    ordering = ("-id",)

    @staticmethod
    def parse_position(position: str) -> object:
        """A user's id."""
        return int(position)
