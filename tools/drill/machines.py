"""One machine of a cluster: etcd, Patroni and PostgreSQL as local processes."""

import http.client
import json
import signal
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from tools.drill import deployment
from tools.drill.deployment import Settings
from tools.drill.services import Service, own_folder


class Machine:
    """Can lose its power (`kill`) and come back with what is on its disk (`start`)."""

    def __init__(self, name: str, shared: Settings, folder: Path) -> None:
        self.name = name
        own_folder(folder)
        settings = deployment.of_machine(name, shared, folder)
        self.address, self._data = settings["ADDRESS"], Path(settings["POSTGRES_DATA"])
        secret = f"admin:{settings['ADMIN_PASSWORD']}".encode()
        self._headers = {"Authorization": f"Basic {b64encode(secret).decode()}"}
        self._ending: list[psutil.Process] = []
        etcd = deployment.fill("etcd.env", settings, folder).read_text()
        self._etcd = Service(folder, "etcd", **deployment.variables(etcd))
        configuration = deployment.fill("patroni.yml", settings, folder)
        self._patroni = Service(folder, "patroni", str(configuration))

    def start(self) -> None:
        """Power on."""
        self._etcd.start()
        self._patroni.start()

    def kill(self) -> None:
        """Cut the power."""
        self._patroni.end(signal.SIGKILL)
        for process in self.postgres():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._etcd.end(signal.SIGKILL)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Freeze all its processes until the block ends; connections stay open and silent."""
        processes = [*self._etcd.processes(), *self._patroni.processes(), *self.postgres()]
        for process in processes:
            process.suspend()
        try:
            yield
        finally:
            for process in processes:
                with suppress(psutil.NoSuchProcess):
                    process.resume()

    @contextmanager
    def not_receiving(self) -> Iterator[None]:
        """Receive nothing from the primary until the block ends, and none of it later."""
        (receiver,) = (one for one in self.postgres() if "walreceiver" in " ".join(one.cmdline()))
        receiver.suspend()
        try:
            yield
        finally:
            receiver.terminate()  # data in the sockets is lost, as in a network
            receiver.resume()

    def end(self) -> None:
        """Stop PostgreSQL at once, but leave no shared memory behind."""
        try:
            self._patroni.end(signal.SIGKILL)
        finally:
            self._ending = self.postgres()[:1]
            for process in self._ending:
                process.send_signal(signal.SIGQUIT)

    def await_end(self) -> None:
        """Wait until none of its processes is left, after `end`."""
        try:
            psutil.wait_procs(self._ending, 20)
        finally:
            self._etcd.end(signal.SIGKILL)

    def postgres(self) -> list[psutil.Process]:
        """PostgreSQL's processes, the postmaster first."""
        try:
            pid = (self._data / "postmaster.pid").read_text().splitlines()[0]
            first = psutil.Process(int(pid))
            if str(self._data) not in first.cmdline():  # a stale pid file
                return []
            return [first, *first.children(recursive=True)]
        except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
            return []

    def ask_patroni(self, method: str, path: str, body: Any = None) -> Any:
        """Call its REST API. Raises `OSError`, also for an error status."""
        link = http.client.HTTPConnection(self.address, 8008, timeout=3 if method == "GET" else 30)
        try:
            link.request(method, path, body and json.dumps(body), self._headers)
            answer = link.getresponse()
            text = answer.read().decode()
        finally:
            link.close()
        if answer.status >= 300:
            raise OSError(f"Patroni: {answer.status} {text}")
        return json.loads(text) if text.startswith("{") else text

    def last_words(self) -> str:
        """The ends of its logs."""
        return f"{self.name}: {self._etcd.last_words()}\n{self._patroni.last_words()}"
