"""The calls that made-up people make, and what each answer must contain."""

import secrets
import time
from collections.abc import Iterable, Sequence

import orjson
from django.utils import timezone

from tools.bench import people
from tools.bench.load import Call
from users.digests import digest, one_time_password
from users.login.challenges import ATTEMPTS, LIFETIME
from users.models import Challenge, Session
from users.sessions.tokens import RefreshToken


def profiles(tokens: dict[int, str], last: dict[int, int]) -> list[Call]:
    """Each looks at their profile; `last` is who stands last among the invitees it shows."""
    return [
        Call(
            "/api/v1/profile/",
            token,
            people.address(n),
            phone=people.phone(n),
            must=f'"invite_code":"{people.code(n)}"\t"{people.phone(last[n])}"],"invitees_next"',
        )
        for n, token in tokens.items()
    ]


def activations(tokens: dict[int, str], inviters: list[int]) -> list[Call]:
    """Each activates the code of one of the inviters."""
    return [
        Call(
            "/api/v1/profile/activate/",
            token,
            people.address(n),
            _json(invite_code=people.code(inviters[i % len(inviters)])),
            people.phone(n),
            f'"activated_invite_code":"{people.code(inviters[i % len(inviters)])}"',
        )
        for i, (n, token) in enumerate(tokens.items())
    ]


def logins(numbers: Iterable[int]) -> list[Call]:
    """Each logs in with the code and ticket sent to them just now, from an address of their own."""
    tickets = {n: secrets.token_urlsafe(16) for n in numbers}
    challenges = {n: _challenge(n, ticket) for n, ticket in tickets.items()}
    Challenge.objects.bulk_create(challenges.values(), batch_size=5000)
    return [
        Call(
            "/api/v1/auth/token/",
            address=people.address(n),
            body=_json(
                phone=people.phone(n),
                code=one_time_password(challenge.nonce, challenge.digits),
                ticket=tickets[n],
            ),
            must='"is_new_user":false',
        )
        for n, challenge in challenges.items()
    ]


def refreshes(numbers: Sequence[int]) -> list[Call]:
    """Each refreshes the tokens of a session of their own; some have several."""
    end = timezone.now() + people.SESSION
    sessions = [
        Session(user_id=people.uid(n), expires_at=end, ip=people.address(n), network="")
        for n in numbers
    ]
    Session.objects.bulk_create(sessions, batch_size=5000)
    return [
        Call(
            "/api/v1/auth/token/refresh/",
            address=people.address(n),
            body=_json(refresh=str(RefreshToken.of(session))),
            must='"expires_in":600',
        )
        for n, session in zip(numbers, sessions, strict=True)
    ]


def requests_for_codes(numbers: Iterable[int]) -> list[Call]:
    """Each asks for a code, from an address of their own."""
    return [
        Call(
            "/api/v1/auth/code/",
            "",
            people.address(n),
            _json(phone=people.phone(n)),
            people.phone(n),
            '"code_length":4',
        )
        for n in numbers
    ]


def _challenge(n: int, ticket: str) -> Challenge:
    now = time.time()
    return Challenge(
        key=digest("challenge", people.phone(n), people.address(n)),
        ticket_key=digest("ticket", people.phone(n), ticket),
        nonce=secrets.token_hex(16),
        digits=4,
        known=False,
        ticket_left=ATTEMPTS,
        network_left=ATTEMPTS,
        opened_at=now,
        sent_at=now,
        expires_at=now + LIFETIME,
    )


def _json(**body: str) -> str:
    return orjson.dumps(body).decode()
