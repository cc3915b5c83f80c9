"""Reads typed settings from the environment; a bad value stops the start with one line."""

import os
import re
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import dj_database_url
import phonenumbers

T = TypeVar("T")
_SECRET = ("KEY", "URL", "PHONES")


def read(name: str, parse: Callable[[str], T], default: str | None = None) -> T:
    """Parse the variable `name`; unset or empty means `default`, and no default means required.

    Raises `SystemExit` with one line naming the variable when it is missing or `parse` raises
    `ValueError`. Values that may hold secrets are not echoed.
    """
    raw = os.environ.get(name, "").strip() or default
    if raw is None:
        raise SystemExit(f"{name}: is not set; see .env.example")
    try:
        return parse(raw)
    except ValueError as error:
        shown = name if name.endswith(_SECRET) else f"{name}={raw}"
        raise SystemExit(f"{shown}: {error}") from None


def flag(raw: str) -> bool:
    """`true` or `false`, in the usual spellings."""
    if raw.lower() in ("1", "true", "yes", "on"):
        return True
    if raw.lower() in ("0", "false", "no", "off"):
        return False
    raise ValueError("must be true or false")


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number from `least` to `most`."""

    def parse(raw: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", raw) or not least <= int(raw) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(raw)

    return parse


def host(raw: str) -> str:
    """A host name or address as in URLs: IPv6 addresses have brackets."""
    bare = raw.strip("[]")
    return f"[{bare}]" if ":" in bare else bare


def words(raw: str) -> list[str]:
    """A comma-separated list; blanks around commas are ignored."""
    return [word.strip() for word in raw.split(",") if word.strip()]


def one_of(*choices: str) -> Callable[[str], str]:
    """One of the given words."""

    def parse(raw: str) -> str:
        if raw not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return raw

    return parse


def key(raw: str) -> str:
    """A secret of 32 characters or more."""
    if len(raw) < 32:
        raise ValueError("must have at least 32 characters; `make run` writes a random one to .env")
    return raw


def seconds_range(raw: str) -> tuple[float, float]:
    """`1-2` or `1.5`: the minimum and maximum delay in seconds, at most 25."""
    match = re.fullmatch(r"(\d{1,2}(?:\.\d+)?)(?:-(\d{1,2}(?:\.\d+)?))?", raw)
    if not match:
        raise ValueError("must be seconds like 1.5 or a range like 1-2")
    least = float(match[1])
    most = float(match[2] or least)
    if not least <= most <= 25:  # a little less than a request may wait
        raise ValueError("must rise and end at 25 seconds at most")
    return least, most


def guess_alarm(raw: str) -> tuple[int, int]:
    """`1000/hour,5000/week`: how many guesses at 4-digit codes strangers may make."""
    match = re.fullmatch(r"([0-9]{1,9})/hour, ?([0-9]{1,9})/week", raw)
    if not match:
        raise ValueError("must be like 1000/hour,5000/week")
    return int(match[1]), int(match[2])


def region(raw: str) -> str:
    """A two-letter ISO 3166 country code that has telephone numbers."""
    if raw not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{raw!r} is not a country code like RU")
    return raw


def regions(raw: str) -> list[str]:
    """A comma-separated list of country codes; `all` gives an empty list."""
    return [] if raw == "all" else [region(word) for word in words(raw)]


def web_address(raw: str) -> str:
    """`https://host[:port]` without a path."""
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError("must be an address like https://example.org")
    return f"{parts.scheme}://{parts.netloc}"


def origins(raw: str) -> list[str]:
    """A comma-separated list of origins."""
    return [web_address(word).lower() for word in words(raw)]


def gateways(raw: str) -> list[str]:
    """Gateway URLs, separated by blanks; each is tried if those before it fail."""
    urls = raw.split()
    if any("://" not in url for url in urls):
        raise ValueError("must be simulated:// or Apprise URLs separated by blanks")
    if len(urls) > 1 and any(url.startswith(("simulated:", "outbox:")) for url in urls):
        raise ValueError("simulated:// shows codes to the caller and can't be mixed with real ones")
    return urls


def test_phones(raw: str) -> dict[str, tuple[str, date]]:
    """`+79160000000:1234@2027-01-01` → {phone: (code, last day)}, comma-separated."""
    phones = {}
    for word in words(raw):
        match = re.fullmatch(r"(\+[0-9]{7,15}):([0-9]{4})@([0-9]{4}-[0-9]{2}-[0-9]{2})", word)
        if not match:
            raise ValueError("must be like +79160000000:1234@2027-01-01")
        phones[match[1]] = match[2], date.fromisoformat(match[3])
    return phones


def database(raw: str) -> dict[str, Any]:
    """A PostgreSQL or SQLite URL as Django's database settings."""
    scheme = raw.split(":", 1)[0]
    if scheme not in ("postgres", "postgresql", "sqlite"):
        raise ValueError("must be postgres://user:password@host:port/name or sqlite:///file")
    try:
        address: dict[str, Any] = dict(dj_database_url.parse(_several_hosts_as_options(raw)))
    except (dj_database_url.ParseError, ValueError):
        raise ValueError("can't be read as a database address") from None
    options = address.get("OPTIONS", {})
    if scheme == "sqlite" and options.get("synchronous", "normal") not in ("normal", "full"):
        raise ValueError("synchronous must be normal or full")
    return address


def _several_hosts_as_options(raw: str) -> str:
    """`//a:5432,b:5433/name`, as PostgreSQL allows, as `///name?host=a,b&port=5432,5433`."""
    parts = urlsplit(raw)
    user, at, hosts = parts.netloc.rpartition("@")
    if "," not in hosts:
        return raw
    names, ports = zip(*(one.partition(":")[::2] for one in hosts.split(",")), strict=True)
    places = urlencode({"host": ",".join(names), "port": ",".join(ports)})
    query = f"{parts.query}&{places}" if parts.query else places
    return parts._replace(netloc=user + at, query=query).geturl()
