"""Keyed digests, which the database holds in place of phones, addresses and codes."""

import hashlib
import hmac
from functools import lru_cache

from django.conf import settings


def digest(*parts: object) -> str:
    """32 hex digits that name `parts` but, without `OTP_KEY`, can't be traced back to them."""
    return _digest(settings.OTP_KEY, *parts)


def one_time_password(nonce: str, digits: int) -> str:
    """The code of `digits` digits that belongs to a random `nonce`; stored nowhere."""
    number = int.from_bytes(_mac(settings.OTP_KEY, "code", nonce, digits), "big") % 10**digits
    return f"{number:0{digits}}"


@lru_cache(maxsize=1024)  # one request for a code asks for the same digests again and again
def _digest(key: str, *parts: object) -> str:
    return _mac(key, "key", *parts).hex()[:32]


def _mac(key: str, *parts: object) -> bytes:
    message = "\0".join(map(str, parts)).encode()
    return hmac.digest(key.encode(), message, hashlib.sha256)
