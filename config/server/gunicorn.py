"""The production server, also behind `make run`: gevent workers, so that waiting costs little."""

from gevent import monkey

monkey.patch_all()

import gc  # noqa: E402
import multiprocessing  # noqa: E402
import os  # noqa: E402
import resource  # noqa: E402

from gunicorn.arbiter import Arbiter  # noqa: E402

from config import environment as env  # noqa: E402
from config import settings  # noqa: E402
from config.server import start  # noqa: E402  # a bad setting stops here, not in every worker
from config.server.worker import block_ends, unblock_ends  # noqa: E402

# The access log needs Django's settings, whatever application is served.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

wsgi_app = "config.wsgi"
preload_app = True  # before anybody can connect; workers share its memory and start at once
bind = start.address()
worker_class = "config.server.worker.Worker"
workers = env.read("WEB_CONCURRENCY", env.whole(1, 256), str(multiprocessing.cpu_count()))
control_socket_disable = True

# Connections per worker; more of them wait in the socket's queue.
worker_connections = 2000
backlog = 2048
limit_request_line = 4094  # bytes; the limit of bodies is DATA_UPLOAD_MAX_MEMORY_SIZE
limit_request_fields = 64
limit_request_field_size = 8190
sendfile = False  # it writes past the limit on clients that don't read, and gevent has no real one
forwarder_headers = ""  # not even a local proxy may set SCRIPT_NAME or PATH_INFO

# Seconds. A client has `keepalive` to send a request's head, and as long before the next one.
keepalive = 5
timeout = 60  # a worker that does nothing at all for this long is replaced
graceful_timeout = 40  # for requests that an ending worker has begun: none waits longer

# Against unknown leaks. A worker to be replaced accepts no new connection, answers what it has and
# asks its clients to reconnect; the jitter keeps two from leaving at once.
max_requests = 100_000
max_requests_jitter = 50_000

logger_class = "config.server.access_log.Logger"
accesslog = "-"


def on_starting(server: Arbiter) -> None:
    """Let no worker miss a signal, and no connection a file descriptor.

    The limit on open files is often 1,024.
    """
    os.register_at_fork(before=block_ends, after_in_parent=unblock_ends)
    least = 2 * worker_connections + 100  # for clients, and for what they wait for
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < least:
        least = least if hard == resource.RLIM_INFINITY else min(least, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (least, hard))


def pre_exec(server: Arbiter) -> None:
    """Handle all signals in a process that replaces this one (SIGUSR2)."""
    unblock_ends()


def when_ready(server: Arbiter) -> None:
    """Say where everything is, now that connections are taken.

    What is loaded stays for good. Looking through it for garbage would stop a worker for a tenth of
    a second each time, and copy the memory that it shares with the others.
    """
    gc.collect()
    gc.freeze()
    start.welcome()


if settings.METRICS:
    from config.metrics.workers import (  # noqa: F401  # gunicorn calls them by their names
        child_exit,
        on_exit,
        open_directory,
        post_fork,
        post_worker_init,
        pre_fork,
    )

    open_directory()
