"""The proxies on the product's machine: HAProxy finds the primary, PgBouncer pools connections."""

from contextlib import closing
from pathlib import Path

import psycopg2

from tools.drill import deployment
from tools.drill.deployment import Settings
from tools.drill.services import Service, own_folder


class Proxies:
    """Starts both; `address` is PgBouncer's address for the product."""

    def __init__(self, shared: Settings, folder: Path) -> None:
        settings = deployment.of_machine("a", shared, own_folder(folder))
        self.address = f"{settings['LOCAL']}:6432"
        self._console = f"postgresql://admin:{settings['ADMIN_PASSWORD']}@{self.address}/pgbouncer"
        haproxy = deployment.fill("haproxy.cfg", settings, folder)
        deployment.fill("userlist.txt", settings, folder)
        pgbouncer = deployment.fill("pgbouncer.ini", settings, folder)
        self.haproxy = Service(folder, "haproxy", "-db", "-f", str(haproxy))
        self.pgbouncer = Service(folder, "pgbouncer", str(pgbouncer))

    def end(self) -> None:
        """Stop both."""
        self.pgbouncer.end()
        self.haproxy.end()

    def tell_pgbouncer(self, command: str) -> None:
        """Send a command to its console."""
        with closing(psycopg2.connect(self._console)) as link:
            link.autocommit = True
            link.cursor().execute(command)

    def last_words(self) -> str:
        """The ends of their logs."""
        return f"{self.haproxy.last_words()}\n{self.pgbouncer.last_words()}"
