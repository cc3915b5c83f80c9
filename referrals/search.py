"""How staff find users, invite codes and activations: always by an index."""

import re

import phonenumbers
from django.conf import settings
from django.db.models import Q, QuerySet

from referrals import invites
from referrals.models import Activation, InviteCode
from users.errors import InvalidPhone
from users.models import User
from users.phones import parse_phone


def search_users(users: QuerySet[User], text: str) -> QuerySet[User]:
    """Those of `users` whose phone begins with, or whose invite code is, what somebody typed."""
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
    """Those of `codes` that somebody typed, or whose owner's phone they typed; all for nothing."""
    if not text.strip():
        return codes
    try:
        return codes.filter(owner__phone=parse_phone(text))
    except InvalidPhone:
        return codes.filter(value=invites.normalize(text))


def search_activations(activations: QuerySet[Activation], text: str) -> QuerySet[Activation]:
    """Those of `activations` with this code, or by or for this phone's user; all for nothing."""
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
