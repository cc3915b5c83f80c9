"""The production server, also behind `make run`: gevent workers, so that waiting holds nothing."""

from gevent import monkey

monkey.patch_all()

import multiprocessing  # noqa: E402

from gunicorn.arbiter import Arbiter  # noqa: E402
from gunicorn.workers.base import Worker  # noqa: E402
from psycogreen.gevent import patch_psycopg  # noqa: E402

from config import environment as env  # noqa: E402
from config import settings  # noqa: E402  # a bad setting stops here, before any worker starts

wsgi_app = "config.wsgi"
bind = f"{env.read('HOST', str, '127.0.0.1')}:{settings.PORT}"
worker_class = "gevent"
workers = env.read("WEB_CONCURRENCY", env.whole(1, 256), str(multiprocessing.cpu_count()))
control_socket_disable = True
graceful_timeout = 30
timeout = 60
keepalive = 5


def post_fork(server: Arbiter, worker: Worker) -> None:
    """Let a statement that waits for PostgreSQL yield to other requests."""
    patch_psycopg()
