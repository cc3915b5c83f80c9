"""Processes of a drill that run as another user, keep a log, and can be stopped and restarted."""

import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

import psutil

from tools.drill.registry import program_path
from tools.postgres import account


def own_folder(path: Path) -> Path:
    """Make a folder owned by that user; PgBouncer and PostgreSQL refuse to run as root."""
    path.mkdir(mode=0o700)
    if user := account():
        shutil.chown(path, user)
    return path


class Service:
    """A process and its children, started at once."""

    def __init__(self, folder: Path, name: str, *arguments: str, **environment: str) -> None:
        self._command = [str(program_path(name)), *arguments]
        self._environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **environment}
        self._log = folder / f"{name}.log"
        self.start()

    def start(self) -> None:
        """Start it in the folder with its log."""
        user = account()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                user=user,
                group=pwd.getpwnam(user).pw_gid if user else None,
                extra_groups=[] if user else None,
                env=self._environment,
                cwd=self._log.parent,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def processes(self) -> list[psutil.Process]:
        """The process and its children."""
        first = psutil.Process(self._process.pid)
        return [first, *first.children(recursive=True)]

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal to the process and its children, and wait for its end."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, number)
        self._process.wait(20)

    def last_words(self) -> str:
        """The end of its log."""
        return self._log.read_text(errors="replace")[-3000:]
