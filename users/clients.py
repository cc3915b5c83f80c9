"""Where a request comes from: the one place that decides which address counts."""

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

UNKNOWN = "0.0.0.0"  # a UNIX socket has no address  # noqa: S104


AnyRequest = HttpRequest | Request


def client_address(request: AnyRequest) -> str:
    """The client's IP address.

    With `TRUSTED_PROXY_COUNT` 0 it is the socket's. Else it is the entry that the outermost of our
    own proxies wrote, counted from the right of `X-Forwarded-For`; what stands left of that is the
    client's own claim and is never looked at.
    """
    return address_in(request.META)


def address_in(environ: Mapping[str, Any]) -> str:
    """The client's IP address from a WSGI environment."""
    socket = environ.get("REMOTE_ADDR", "")
    hops = settings.TRUSTED_PROXY_COUNT
    if not hops:
        return _valid(socket) or UNKNOWN
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
    claimed = forwarded[-hops] if len(forwarded) >= hops else ""
    return _valid(claimed) or _valid(socket) or UNKNOWN


def network_of(address: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 that an IPv6 customer has whole."""
    ip = ipaddress.ip_address(address)
    if ip.version == 4:
        return str(ip)
    return str(ipaddress.ip_network((ip, 64), strict=False))


def _valid(raw: str) -> str:
    try:
        ip = ipaddress.ip_address(raw.strip())
    except ValueError:
        return ""
    mapped = getattr(ip, "ipv4_mapped", None)
    return str(mapped or ip).split("%")[0]
