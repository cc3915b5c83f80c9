"""Tries the hosts of a database URL one after another.

libpq can do this, but gives up on a silent host only in blocking mode, which would stop all other
requests.
"""

import socket
from collections.abc import Callable
from typing import Any

from gevent import Timeout, monkey
from psycopg2 import OperationalError

from config.postgresql import waiting
from users.waiting import deadline

Parameters = dict[str, Any]
Connect = Callable[[Parameters], Any]


class Hosts:
    """Connects to the first host that accepts, starting with the one that did so last time."""

    def __init__(self) -> None:
        self._last = 0

    def connect(self, parameters: Parameters, connect: Connect) -> Any:
        """Open a connection. Raises `OperationalError` with the errors of all hosts."""
        hosts, errors = _hosts(parameters), []
        for number in (*range(self._last, len(hosts)), *range(self._last)):
            try:
                link = _connect_to(hosts[number], connect)
            except OperationalError as error:
                errors.append(str(error).strip())
            else:
                self._last = number
                return link
        raise OperationalError("; ".join(errors))


def _hosts(parameters: Parameters) -> list[Parameters]:
    if parameters.get("hostaddr"):
        return [parameters]
    hosts = str(parameters.get("host") or "").split(",")
    ports = str(parameters.get("port") or "").split(",")
    return [
        {**parameters, "host": host or None, "port": ports[number % len(ports)] or None}
        for number, host in enumerate(hosts)
    ]


def _connect_to(parameters: Parameters, connect: Connect) -> Any:
    errors = []
    for address in _addresses(parameters.get("host")):
        try:
            return connect({**parameters, "hostaddr": address or parameters.get("hostaddr")})
        except OperationalError as error:
            errors.append(str(error).strip())
    raise OperationalError("; ".join(errors))


def _addresses(host: str | None) -> list[str | None]:
    """The host's addresses, resolved here: libpq would block all other requests."""
    if not host or host.startswith(("/", "@")) or not monkey.is_module_patched("socket"):
        return [None]
    try:
        with Timeout(deadline.left(waiting.CONNECTING), TimeoutError("the name server is silent")):
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise OperationalError(f"{host}: {error}") from None
    return list(dict.fromkeys(str(where[4][0]) for where in found))
