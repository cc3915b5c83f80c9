"""Searches by index: users, invite codes and activations for staff, invitees for users."""

import re
from collections.abc import Callable
from contextlib import suppress
from itertools import islice

import phonenumbers
from django.conf import settings
from django.db.models import Q, QuerySet

from referrals import invites
from referrals.models import Activation, InviteCode
from users.errors import InvalidPhone
from users.models import User
from users.phones import parse_phone

LOOKED_THROUGH = 1000
"""So many invitees are looked through, so that no search costs more with a million of them."""

KNOWN_BY = ("invitee__phone", "invitee__first_name", "invitee__last_name")


def search_users(users: QuerySet[User], text: str) -> QuerySet[User]:
    """Those of `users` whose phone starts with `text`, or whose invite code it is."""
    digits = re.sub(r"[ ()+.-]", "", text)
    if re.fullmatch(r"[0-9]+", digits):
        try:
            return users.filter(phone=parse_phone(text))
        except InvalidPhone:
            country = phonenumbers.country_code_for_region(settings.PHONE_REGION)
            beginnings = (f"+{digits}", f"+{country}{digits}")
            return users.filter(
                Q(phone__startswith=beginnings[0]) | Q(phone__startswith=beginnings[1])
            )
    value = invites.possible_code(text)
    if value is None:
        return users.none()
    return users.filter(pk__in=InviteCode.objects.filter(value=value).values("owner"))


def search_codes(codes: QuerySet[InviteCode], text: str) -> QuerySet[InviteCode]:
    """Those of `codes` that match `text` or their owner's phone; all if it is empty."""
    if not text.strip():
        return codes
    try:
        return codes.filter(owner__phone=parse_phone(text))
    except InvalidPhone:
        return codes.filter(value=invites.normalize(text))


def search_activations(activations: QuerySet[Activation], text: str) -> QuerySet[Activation]:
    """Those of `activations` by code, or by invitee's or inviter's phone; all if it is empty."""
    if not text.strip():
        return activations
    try:
        user = User.objects.filter(phone=parse_phone(text)).first()
    except InvalidPhone:
        value = invites.normalize(text)
        owner = InviteCode.objects.filter(value=value).values_list("owner", flat=True).first()
        if owner:
            return activations.filter(inviter=owner)
        return activations.filter(inviter=None, code=value)
    if user is None:
        return activations.none()
    return activations.filter(Q(invitee=user) | Q(inviter=user))


def search_invitees(user: User, text: str, most: int) -> list[Activation]:
    """The user's invitees by number, or by part of the number or name; newest first.

    A full number finds anyone; parts are matched among the `LOOKED_THROUGH` newest.
    """
    mine = invites.invitees_of(user)
    with suppress(InvalidPhone):
        if exact := list(mine.filter(invitee__phone=parse_phone(text))):
            return exact
    wanted = _wanted(text)
    newest = mine.values_list("pk", *KNOWN_BY)[:LOOKED_THROUGH]
    found = (pk for pk, phone, *names in newest if wanted(phone, " ".join(names)))
    return list(mine.filter(pk__in=list(islice(found, most))))


def _wanted(text: str) -> Callable[[str, str], bool]:
    """A predicate: whether phone or name match this text."""
    if re.fullmatch(r"[ ()+.-]*[0-9][0-9 ()+.-]*", text):
        digits = re.sub("[^0-9]", "", text)
        national = _without_trunk_prefix(digits)
        return lambda phone, _name: digits in phone or national in phone
    words = _plain(text).split()
    return lambda _phone, name: all(map(_plain(name).__contains__, words))


def _without_trunk_prefix(digits: str) -> str:
    """A national number without its trunk prefix: `8916…` → `916…`."""
    prefix = phonenumbers.ndd_prefix_for_region(settings.PHONE_REGION, strip_non_digits=True)
    rest = digits.removeprefix(prefix or "")
    return rest if len(rest) > 2 else digits


def _plain(name: str) -> str:
    """A name normalized for comparing."""
    return name.casefold().replace("ё", "е")
