"""What inviting refuses. Clients branch on the code."""

from django.utils.translation import gettext_lazy as _
from rest_framework import status

from users.errors import Refusal, TooMany


class OwnInviteCode(Refusal):
    default_code = "own_invite_code"
    default_detail = _("This is your own invite code.")
    attr = "invite_code"


class UnknownInviteCode(Refusal):
    default_code = "unknown_invite_code"
    default_detail = _("There is no such invite code.")
    attr = "invite_code"


class AlreadyActivated(Refusal):
    status_code = status.HTTP_409_CONFLICT
    default_code = "already_activated"
    default_detail = _("You have already activated another invite code.")
    attr = "invite_code"


class TooManyInviteCodes(TooMany):
    default_code = "too_many_attempts"
    default_detail = _("Too many wrong invite codes.")


class InviteCodesExhausted(Refusal):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "invite_codes_exhausted"
    default_detail = _("Couldn't create an invite code. Try again.")
