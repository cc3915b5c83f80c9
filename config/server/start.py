"""What the server checks and says when it starts."""

import errno
import os
import socket
from functools import cache

from config import environment as env
from config import settings

HANDED_OVER = ("GUNICORN_FD", "LISTEN_FDS")  # by the server that this one replaces, or by systemd
ADMIN_HINT = {
    True: "demo data and staff: make demo; or manage.py createsuperuser",
    False: "staff: manage.py createsuperuser",
}


@cache  # on a reload the port is in use: by ourselves
def address() -> str:
    """The `host:port` to listen at. Raises `SystemExit` with one line if that can't be.

    gunicorn itself would try for five seconds and log two lines each time.
    """
    host, port = settings.HOST, settings.PORT
    try:
        if not any(name in os.environ for name in HANDED_OVER):
            _try_to_listen(host.strip("[]"), port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise SystemExit(f"HOST={host} PORT={port}: {error.strerror}") from None
        other = port + 1 if port < 65_535 else 8001
        raise SystemExit(
            f"PORT={port}: another program listens at {host}:{port};"
            f" take another port: PORT={other} make run"
        ) from None
    return f"{host}:{port}"


def _try_to_listen(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def welcome() -> None:
    """Print the addresses; not with JSON logs, whose collector could not read them."""
    if env.read("LOG_FORMAT", str, "text") == "json":
        return
    site = settings.PUBLIC_URL
    if settings.PLAYGROUND:
        print(f"Start:    {site}/start/  (log in and invite on two phones)")  # noqa: T201
    print(f"Pages:    {site}/")  # noqa: T201
    print(f"API docs: {site}/api/docs/")  # noqa: T201
    print(f"Admin:    {site}/admin/  ({ADMIN_HINT[settings.DEBUG]})", flush=True)  # noqa: T201
