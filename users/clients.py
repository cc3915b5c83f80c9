"""Where a request comes from; only this module decides which address counts."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

UNKNOWN = "0.0.0.0"  # a UNIX socket has no address  # noqa: S104
AGENT_LENGTH = 200


@dataclass(frozen=True)
class Client:
    """The sender of a request, as far as its address tells.

    `network` is what one customer has: an IPv4 address or an IPv6 /64. `site` is what one customer
    can easily get: an IPv6 /48; "" for IPv4.
    """

    address: str
    network: str
    site: str = ""
    user_agent: str = ""

    @classmethod
    def of(cls, environ: Mapping[str, Any]) -> "Client":
        """The client of a request, from its WSGI environment (`request.META`)."""
        agent = environ.get("HTTP_USER_AGENT", "").replace("\0", "")[:AGENT_LENGTH]
        return cls.at(address_in(environ), agent)

    @classmethod
    def at(cls, address: str, user_agent: str = "") -> "Client":
        """A client at an IP address. Raises `ValueError` for anything else."""
        return cls(address, network_of(address), site_of(address), user_agent)


def address_in(environ: Mapping[str, Any]) -> str:
    """The client's IP address from a WSGI environment.

    With `TRUSTED_PROXY_COUNT` 0 it is the socket's. Else it is the entry that the outermost of our
    own proxies wrote, counted from the right of `X-Forwarded-For`; everything further left is the
    client's own claim and is ignored. Some proxies add the port: `192.0.2.1:5678`, `[::1]:5678`.
    """
    socket = environ.get("REMOTE_ADDR", "")
    hops = settings.TRUSTED_PROXY_COUNT
    if not hops:
        return _valid(socket) or UNKNOWN
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
    claimed = forwarded[-hops] if len(forwarded) >= hops else ""
    return _valid(_without_port(claimed)) or _valid(socket) or UNKNOWN


def network_of(address: str) -> str:
    """The IPv4 address itself, or the IPv6 /64, which belongs to one customer."""
    ip = ipaddress.ip_address(address)
    return str(ip) if ip.version == 4 else str(ipaddress.ip_network((ip, 64), strict=False))


def site_of(address: str) -> str:
    """The /48 of an IPv6 address; "" for IPv4, where more addresses are not cheap to get."""
    ip = ipaddress.ip_address(address)
    return "" if ip.version == 4 else str(ipaddress.ip_network((ip, 48), strict=False))


def _without_port(entry: str) -> str:
    entry = entry.strip()
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    host, colon, port = entry.partition(":")
    return host if colon and port.isascii() and port.isdigit() and "." in host else entry


def _valid(raw: str) -> str:
    try:
        ip = ipaddress.ip_address(raw.strip())
    except ValueError:
        return ""
    mapped = getattr(ip, "ipv4_mapped", None)
    return str(mapped or ip).split("%")[0]
