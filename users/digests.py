"""Keyed digests, which the database holds in place of phones, addresses and codes."""

import hashlib
import hmac

from django.conf import settings


def digest(*parts: object) -> str:
    """32 hex digits that name `parts` but, without `OTP_KEY`, can't be traced back to them."""
    return _mac("key", *parts).hex()[:32]


def one_time_password(nonce: str, digits: int) -> str:
    """The code of `digits` digits that belongs to a random `nonce`; stored nowhere."""
    number = int.from_bytes(_mac("code", nonce, digits), "big") % 10**digits
    return f"{number:0{digits}}"


def _mac(*parts: object) -> bytes:
    message = "\0".join(map(str, parts)).encode()
    return hmac.digest(settings.OTP_KEY.encode(), message, hashlib.sha256)
