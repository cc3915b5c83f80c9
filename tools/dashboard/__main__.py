"""Draws the dashboard's panels while people log in and the database falls silent.

    python -m tools.dashboard [--quick]

Writes docs/dashboard.svg; a quick run writes .cache/dashboard.svg instead.
"""

import argparse
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException

from tools.dashboard.picture import draw
from tools.dashboard.prometheus import MissingError, recording
from tools.postgres import own_postgres
from tools.server import ROOT, Server, manage, serving

PEOPLE = 12  # at once
CAPTION = f"{PEOPLE} people at once, two workers; PostgreSQL is silent where it is red"
CODE, TOKEN, PROFILE = "/api/v1/auth/code/", "/api/v1/auth/token/", "/api/v1/profile/"
ACTIVATE, REFRESH = "/api/v1/profile/activate/", "/api/v1/auth/token/refresh/"


def main() -> None:
    """Record the metrics and draw them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    before, silent, after = (10, 5, 10) if quick else (60, 20, 60)
    file = ROOT / ".cache" / "dashboard.svg" if quick else ROOT / "docs" / "dashboard.svg"
    with own_postgres() as database:
        manage("migrate", "--verbosity", "0", DATABASE_URL=database.url)
        with (
            serving(
                DATABASE_URL=database.url,
                METRICS="true",
                SMS_DELAY="0.2-0.6",
                DB_POOL_SIZE="5",
                WEB_CONCURRENCY="2",
                TRUSTED_PROXY_COUNT="1",
                quiet=True,
            ) as server,
            recording(server.port) as recorded,
            crowd(server),
        ):
            time.sleep(before)
            began = time.time() - recorded.began
            with database.frozen():
                time.sleep(silent)
            ended = time.time() - recorded.began
            time.sleep(after)
            picture = draw(recorded, CAPTION, (began, ended))
    file.write_text(picture)
    print(f"Drawn: {file.relative_to(ROOT)}")


@contextmanager
def crowd(server: Server) -> Iterator[None]:
    """Made-up people who log in, look around and leave, until the block ends."""
    stop, invite_codes = threading.Event(), list[str]()
    visits = [
        threading.Thread(target=_visit_again_and_again, args=(server, n, stop, invite_codes))
        for n in range(PEOPLE)
    ]
    for visit in visits:
        visit.start()
    try:
        yield
    finally:
        stop.set()
        for visit in visits:
            visit.join()


def _visit_again_and_again(
    server: Server, number: int, stop: threading.Event, invite_codes: list[str]
) -> None:
    dice = random.Random(number)
    while not stop.is_set():
        # Anyone who is refused or gets no answer is replaced by somebody new.
        with suppress(OSError, HTTPException, KeyError):
            _visit(server, dice, invite_codes)
        time.sleep(dice.uniform(0.1, 0.5))


def _visit(server: Server, dice: random.Random, invite_codes: list[str]) -> None:
    """A first login, some looks at the profile, the code of somebody who came before, a refresh."""
    phone = f"+7916{dice.randrange(10**7):07}"
    address = f"10.{dice.randrange(256)}.{dice.randrange(256)}.{dice.randrange(256)}"
    sent = server.call("POST", CODE, {"phone": phone}, address=address)[1]
    entered = {"phone": phone, "ticket": sent["ticket"]}
    if dice.random() < 0.2:
        wrong = {**entered, "code": f"{(int(sent['code']) + 1) % 10_000:04}"}
        server.call("POST", TOKEN, wrong, address=address)
    pair = server.call("POST", TOKEN, {**entered, "code": sent["code"]}, address=address)[1]
    for _ in range(dice.randrange(3, 8)):
        profile = server.call("GET", PROFILE, access=pair["access"])[1]
    if invite_codes and dice.random() < 0.5:
        inviter = {"invite_code": dice.choice(invite_codes)}
        server.call("POST", ACTIVATE, inviter, pair["access"])
    invite_codes.append(profile["invite_code"])
    server.call("POST", REFRESH, {"refresh": pair["refresh"]})
    if dice.random() < 0.3:
        server.call("POST", "/api/v1/auth/logout/", access=pair["access"])


if __name__ == "__main__":
    try:
        main()
    except MissingError as missing:
        raise SystemExit(str(missing)) from None
