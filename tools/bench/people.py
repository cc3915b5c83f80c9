"""Tables full of made-up people, made by the database itself.

Person `n` has the id, phone, invite code and address that the functions below give.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Sum
from django.utils import timezone

from referrals.models import Activation, InviteCode
from users.models import Session, User
from users.sessions.tokens import AccessToken

FIRST = 9_000_000_000  # below +7 9…, a range of mobile numbers
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
SESSION = timedelta(days=90)

UID = "('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
"""The id of person `n`, as `uid` has it."""

# A digit, a letter, then four of both: 98 million codes, spread by a factor prime to their number.
VALUE = """(SELECT substr('23456789', mod(x, 8)::int + 1, 1)
    || substr('BCDFGHJKMNPQRSTVWXYZ', mod(x / 8, 20)::int + 1, 1)
    || substr(a, mod(x / 160, 28)::int + 1, 1) || substr(a, mod(x / 4480, 28)::int + 1, 1)
    || substr(a, mod(x / 125440, 28)::int + 1, 1) || substr(a, mod(x / 3512320, 28)::int + 1, 1)
    FROM (SELECT mod(n * 7368787, 98344960) AS x, '23456789BCDFGHJKMNPQRSTVWXYZ' AS a) AS s)"""


def uid(n: int) -> UUID:
    """The id of person `n`: a UUID of version 7, from long ago."""
    return UUID(f"00000000-0000-7000-8000-{n:012x}")


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
    if connection.vendor == "sqlite":
        _make_one_by_one(range(first, first + count))
        return
    last = first + count - 1
    _run(
        """INSERT INTO users_user (id, password, is_superuser, first_name, last_name, email,
            is_staff, is_active, date_joined, phone)
        SELECT UID, '!', FALSE, '', '', '', FALSE, TRUE, now(), '+7' || (%s + n)
        FROM generate_series(%s::bigint, %s) AS n""",
        FIRST,
        first,
        last,
    )
    _run(
        """INSERT INTO referrals_invitecode (owner_id, value, activations_count)
        SELECT UID, VALUE, 0 FROM generate_series(%s::bigint, %s) AS n""",
        first,
        last,
    )


def invite(inviter: int, first: int, count: int) -> None:
    """Let the people from number `first` on have activated one inviter's code, one a second."""
    if connection.vendor == "sqlite":
        _invite_one_by_one(inviter, range(first, first + count))
        return
    _run(
        """INSERT INTO referrals_activation (invitee_id, inviter_id, code, activated_at)
        SELECT UID, %s, %s, now() - make_interval(secs => n - %s)
        FROM generate_series(%s::bigint, %s) AS n""",
        str(uid(inviter)),
        code(inviter),
        first,
        first,
        first + count - 1,
    )
    _run(
        """UPDATE referrals_invitecode SET activations_count = activations_count + %s
        WHERE owner_id = %s""",
        count,
        str(uid(inviter)),
    )


def invite_all(inviters: int, each: int) -> None:
    """Let each of the first people have invited so many of those who come after them."""
    with transaction.atomic():
        for n in range(inviters):
            invite(n + 1, inviters + n * each + 1, each)


def tidy() -> None:
    """Let the database know what its tables hold, as it does by itself after a while."""
    _run("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def sessions() -> int:
    """How many logins there were."""
    return Session.objects.count()


def activations() -> int:
    """How many activations there were."""
    return Activation.objects.count()


def invited_by(inviter: int) -> tuple[int, int]:
    """How many activated the person's code, and how many it says have: as of one moment."""
    code = InviteCode.objects.filter(owner_id=uid(inviter))
    joined, counted = code.values_list(Count("owner__activations"), "activations_count").get()
    return joined, counted


def refreshes() -> int:
    """How many refreshes there were."""
    counted: int | None = Session.objects.aggregate(sum=Sum("counter"))["sum"]
    return counted or 0


def log_in(numbers: Iterable[int]) -> dict[int, str]:
    """A session for each of these people; their access tokens."""
    end = timezone.now() + SESSION
    sessions = {
        n: Session(user_id=uid(n), expires_at=end, ip=address(n), network=address(n))
        for n in numbers
    }
    Session.objects.bulk_create(sessions.values(), batch_size=5000)
    return {n: _long_lived(session) for n, session in sessions.items()}


def _long_lived(session: Session) -> str:
    token = AccessToken.of(session)
    token.set_exp(lifetime=SESSION)
    return str(token)


def _make_one_by_one(numbers: range) -> None:
    """As `make` does, for a database without series: slower, so for few."""
    users = (User(pk=uid(n), phone=phone(n), password="!") for n in numbers)
    User.objects.bulk_create(users, batch_size=1000)
    codes = (InviteCode(owner_id=uid(n), value=code(n)) for n in numbers)
    InviteCode.objects.bulk_create(codes, batch_size=1000)


def _invite_one_by_one(inviter: int, numbers: range) -> None:
    now, known_by = timezone.now(), {"inviter_id": uid(inviter), "code": code(inviter)}
    Activation.objects.bulk_create(
        Activation(
            invitee_id=uid(n), activated_at=now - timedelta(seconds=n - numbers[0]), **known_by
        )
        for n in numbers
    )
    InviteCode.objects.filter(owner_id=uid(inviter)).update(activations_count=len(numbers))


def _run(sql: str, *params: int | str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.replace("UID", UID).replace("VALUE", VALUE), params)
