"""Refusals around invite codes. Clients branch on the code."""

from django.utils.translation import gettext_lazy as _

from users.errors import Refusal, TooMany


class OwnInviteCode(Refusal):
    code = "own_invite_code"
    detail = _("This is your own invite code.")
    attr = "invite_code"


class UnknownInviteCode(Refusal):
    code = "unknown_invite_code"
    detail = _("There is no such invite code.")
    attr = "invite_code"


class AlreadyActivated(Refusal):
    status = 409
    code = "already_activated"
    detail = _("You have already activated another invite code.")
    attr = "invite_code"


class TooManyInviteCodes(TooMany):
    code = "too_many_attempts"
    detail = _("Too many wrong invite codes.")


class InviteCodesExhausted(Refusal):
    status = 503
    code = "invite_codes_exhausted"
    detail = _("Couldn't create an invite code. Try again.")
