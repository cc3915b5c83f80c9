"""A real PostgreSQL cluster of three “machines” on loopback, run from the files of deploy/ha."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

import psycopg2

from tools.drill import deployment
from tools.drill.machines import Machine
from tools.drill.proxies import Proxies

Members = dict[str, dict[str, Any]]
LIMIT = 60  # seconds for anything the cluster does by itself


class ClusterError(Exception):
    """The cluster was too slow; the text is the end of its processes' logs."""


class Cluster:
    """Three machines, and the product's own with HAProxy and PgBouncer.

    The product's way to the primary is `url`, by both proxies, or `url_of_hosts`, by neither.
    """

    def __init__(self, folder: Path, ends: ExitStack) -> None:
        self._shared, self._synchronous = deployment.settings(), True
        self.machines: list[Machine] = []
        ends.callback(self._end_machines)
        for name in ("a", "b", "c"):
            self.machines.append(Machine(name, self._shared, folder / name))
        self.proxies = Proxies(self._shared, folder / "product")
        ends.callback(self.proxies.end)
        hosts = ",".join(f"{machine.address}:5432" for machine in self.machines)
        self.url = self._url("referrals", "REFERRALS", self.proxies.address)
        self.url_of_hosts = self._url("referrals", "REFERRALS", hosts)

    def await_primary(self) -> None:
        """Wait until the primary takes writes by either route. Raises `ClusterError`."""
        self._await(lambda: bool(self.with_role("leader")))
        password = self._shared["REFERRALS_PASSWORD"]
        self._ask_primary("postgres", "CREATE ROLE referrals LOGIN PASSWORD %s", password)
        self._ask_primary("postgres", "CREATE DATABASE referrals OWNER referrals")
        self._await(self._reachable)

    def await_another(self, primary: Machine) -> None:
        """Wait until another machine is the primary. Raises `ClusterError`."""
        self._await(lambda: self.with_role("leader") not in ([], [primary]))

    def await_whole(self) -> None:
        """Wait until both standbys follow the primary. Raises `ClusterError`."""
        self._await(self._whole)

    def with_role(self, role: str) -> list[Machine]:
        """The machines that are `leader`, `sync_standby` or `replica`."""
        members = self._members()
        return [one for one in self.machines if members.get(one.name, {}).get("role") == role]

    @property
    def primary(self) -> Machine:
        """The machine that takes writes."""
        return self.with_role("leader")[0]

    def change(self, **settings: Any) -> None:
        """Change the settings of the whole cluster, as `patronictl edit-config` does."""
        self.primary.ask_patroni("PATCH", "/config", settings)
        self._synchronous = settings.get("synchronous_mode", self._synchronous)

    def switch_over(self) -> None:
        """Have the synchronous standby take over; returns when Patroni reports that it has."""
        leader, candidate = self.primary, self.with_role("sync_standby")[0]
        names = {"leader": leader.name, "candidate": candidate.name}
        leader.ask_patroni("POST", "/switchover", names)

    def ask(self, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        """Run SQL on the primary as superuser; returns the rows, if any."""
        return self._ask_primary("referrals", statement, *params)

    def _ask_primary(self, name: str, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        url = self._url("postgres", "SUPERUSER", f"{self.primary.address}:5432", name)
        with closing(psycopg2.connect(url)) as link, link.cursor() as cursor:
            link.autocommit = True
            cursor.execute(statement, params or None)
            return list(cursor.fetchall()) if cursor.description else []

    def _members(self) -> Members:
        """What Patroni knows about each machine that is up.

        A machine that was frozen doesn't know its successor yet, so the newest timeline wins.
        """
        views: list[Members] = []
        for machine in self.machines:
            with suppress(OSError, HTTPException):
                found = machine.ask_patroni("GET", "/cluster")["members"]
                views.append({member["name"]: member for member in found})
        return max(views, key=_timeline, default={})

    def _whole(self) -> bool:
        members = self._members().values()
        working = all(one["state"] in ("running", "streaming") for one in members)
        standby = "sync_standby" if self._synchronous else "replica"
        roles = sorted(one["role"] for one in members)
        return working and roles == sorted(["leader", "replica", standby])

    def _reachable(self) -> bool:
        with suppress(psycopg2.OperationalError), closing(psycopg2.connect(self.url)):
            return True
        return False

    def _await(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + LIMIT
        while not condition():
            if time.monotonic() > deadline:
                said = [machine.last_words() for machine in self.machines]
                said += [self.proxies.last_words(), str(self._members())]
                raise ClusterError("\n".join(said))
            time.sleep(0.2)

    def _url(self, user: str, password: str, hosts: str, name: str = "referrals") -> str:
        return f"postgresql://{user}:{self._shared[f'{password}_PASSWORD']}@{hosts}/{name}"

    def _end_machines(self) -> None:
        with ExitStack() as ends:  # all are ended, whatever one of them raises
            for machine in self.machines:
                ends.callback(machine.await_end)
            for machine in self.machines:
                ends.callback(machine.end)


def _timeline(members: Members) -> int:
    return max((int(member.get("timeline", 0)) for member in members.values()), default=0)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A cluster with a primary and an empty database, removed when the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="cluster-", dir="/tmp"))
    folder.chmod(0o711)  # as root, parts of it belong to other users
    with ExitStack() as ends:
        ends.callback(shutil.rmtree, folder, ignore_errors=True)
        one = Cluster(folder, ends)
        one.await_primary()
        yield one
