"""Pages found by where the last one ended, so that a deep page costs what the first costs."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from referrals.profiles import SHOWN, Invitee
from users.statements import moment

LARGEST_PAGE = 100


class Pages(CursorPagination):
    """Cursor pages of 50, or `limit` up to 100; a forged cursor is a 404."""

    page_size = SHOWN
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


class ProfileInvitees(InviteePages):
    """The first page, already read with the profile, so that only its link is to be made.

    What `paginate_queryset` would have found out is set here, for DRF has no other way in: where
    the next page begins among invitees of the same moment stays for `get_next_link` to say.
    """

    def __init__(self, newest: list[Invitee]) -> None:
        self.page, rest = newest[:SHOWN], newest[SHOWN:]
        self.cursor, self.has_previous, self.has_next = None, False, bool(rest)
        if rest:
            self.next_position = self._get_position_from_instance(rest[0], self.ordering)

    def link_to_next(self, request: Request) -> str | None:
        """The address of the page after it, if there is one."""
        if self.has_next:
            self.base_url = request.build_absolute_uri(reverse("invitees"))
        return self.get_next_link()

    def _get_position_from_instance(self, invitee: Any, ordering: Any) -> str:
        return str(moment(invitee.activated_at))


class UserPages(Pages):
    """Users, newest first."""

    ordering = ("-id",)

    @staticmethod
    def parse_position(position: str) -> object:
        """A user's id."""
        return UUID(position)
