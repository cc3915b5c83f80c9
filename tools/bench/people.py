"""Tables full of made-up people, made by the database itself, and the calls they make.

Person `n` has the phone, code, session and address that the functions below give; people made
together follow each other.
"""

import uuid
from collections.abc import Iterable
from datetime import timedelta

import orjson
from django.db import connection
from django.utils import timezone

from tools.bench.load import Call
from users.login.challenges import Slot
from users.models import LoginCode, Session
from users.sessions.lifecycle import AccessToken

FIRST = 9_000_000_000  # below +7 9…, a range of mobile numbers
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
LIFETIME = timedelta(days=90)

# A digit, a letter, then four of both: 98 million codes, spread by a factor prime to their number.
VALUE = """(SELECT substr('23456789', mod(x, 8)::int + 1, 1)
    || substr('BCDFGHJKMNPQRSTVWXYZ', mod(x / 8, 20)::int + 1, 1)
    || substr(a, mod(x / 160, 28)::int + 1, 1) || substr(a, mod(x / 4480, 28)::int + 1, 1)
    || substr(a, mod(x / 125440, 28)::int + 1, 1) || substr(a, mod(x / 3512320, 28)::int + 1, 1)
    FROM (SELECT mod(n * 7368787, 98344960) AS x, '23456789BCDFGHJKMNPQRSTVWXYZ' AS a) AS s)"""


def phone(n: int) -> str:
    """The phone of person `n`."""
    return f"+7{FIRST + n}"


def code(n: int) -> str:
    """The invite code of person `n`, as `VALUE` has it."""
    x = n * 7368787 % 98344960
    places = [(ALPHABET[:8], 1), (ALPHABET[8:], 8), *((ALPHABET, 160 * 28**k) for k in range(4))]
    return "".join(letters[x // step % len(letters)] for letters, step in places)


def address(n: int) -> str:
    """An address of one's own for each of 16 million."""
    return f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"


def make(first: int, count: int) -> None:
    """People from number `first` on, with their invite codes."""
    last = first + count - 1
    _run(
        """INSERT INTO users_user (id, password, is_superuser, first_name, last_name, email,
            is_staff, is_active, date_joined, phone)
        SELECT n, '!', FALSE, '', '', '', FALSE, TRUE, now(), '+7' || (%s + n)
        FROM generate_series(%s::bigint, %s) AS n""",
        FIRST,
        first,
        last,
    )
    _run(
        f"""INSERT INTO referrals_invitecode (owner_id, value, activations_count)
        SELECT n, {VALUE}, 0 FROM generate_series(%s::bigint, %s) AS n""",
        first,
        last,
    )


def invite(inviter: int, first: int, count: int) -> None:
    """Let the people from number `first` on have activated one inviter's code, one a second."""
    _run(
        """INSERT INTO referrals_activation (invitee_id, inviter_id, code, activated_at)
        SELECT n, %s, %s, now() - make_interval(secs => n - %s)
        FROM generate_series(%s::bigint, %s) AS n""",
        inviter,
        code(inviter),
        first,
        first,
        first + count - 1,
    )
    _run(
        """UPDATE referrals_invitecode SET activations_count = activations_count + %s
        WHERE owner_id = %s""",
        count,
        inviter,
    )


def tidy() -> None:
    """Let the database know what its tables hold, as it does by itself after a while."""
    _run("VACUUM ANALYZE")


def log_in(numbers: Iterable[int]) -> dict[int, str]:
    """A session for each of these people; their access tokens."""
    now = timezone.now()
    sessions = [
        Session(
            id=uuid.uuid4(),
            user_id=n,
            created_at=now,
            last_used_at=now,
            expires_at=now + LIFETIME,
            ip=address(n),
            network=address(n),
        )
        for n in numbers
    ]
    Session.objects.bulk_create(sessions, batch_size=5000)
    return {session.user_id: _long_lived(session) for session in sessions}


def profiles(tokens: dict[int, str], last: dict[int, int]) -> list[Call]:
    """Each looks at their profile; `last` is who stands last among the invitees it shows."""
    return [
        Call(
            "/api/v1/profile/",
            token,
            address(n),
            phone=phone(n),
            must=f'"invite_code":"{code(n)}"\t"{phone(last[n])}"],"invitees_next"',
        )
        for n, token in tokens.items()
    ]


def activations(tokens: dict[int, str], inviters: list[int]) -> list[Call]:
    """Each activates the code of one of the inviters."""
    return [
        Call(
            "/api/v1/profile/activate/",
            token,
            address(n),
            orjson.dumps({"invite_code": code(inviters[i % len(inviters)])}).decode(),
            phone(n),
            f'"activated_invite_code":"{code(inviters[i % len(inviters)])}"',
        )
        for i, (n, token) in enumerate(tokens.items())
    ]


def logins(numbers: Iterable[int]) -> list[Call]:
    """Each logs in with a code that was sent to them, from an address of their own."""
    now, calls, codes = timezone.now(), [], []
    for n in numbers:
        slot, nonce = Slot(phone(n), 4), uuid.uuid4().hex
        codes.append(
            LoginCode(
                key=slot.key,
                nonce=nonce,
                delivered=True,
                sent_at=now,
                expires_at=now + timedelta(hours=1),
            )
        )
        body = {"phone": phone(n), "code": slot.password(nonce)}
        must = '"is_new_user":false'
        calls.append(
            Call("/api/v1/auth/token/", "", address(n), orjson.dumps(body).decode(), "", must)
        )
    LoginCode.objects.bulk_create(codes, batch_size=5000)
    return calls


def requests_for_codes(numbers: Iterable[int]) -> list[Call]:
    """Each asks for a code, from an address of their own."""
    return [
        Call(
            "/api/v1/auth/code/",
            "",
            address(n),
            orjson.dumps({"phone": phone(n)}).decode(),
            phone(n),
            '"code_length":4',
        )
        for n in numbers
    ]


def _long_lived(session: Session) -> str:
    token = AccessToken.of(session)
    token.set_exp(lifetime=LIFETIME)
    return str(token)


def _run(sql: str, *params: int | str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
