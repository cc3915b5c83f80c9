"""Small disks that can be filled or made read-only; mounting them needs root."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.drill.registry import ImpossibleError

TRIES = 500  # to find a moment when nobody has a file open for writing


@dataclass(frozen=True)
class Disk:
    """A file system of its own."""

    path: Path

    def belongs_to(self, user: str) -> None:
        """Let a user write to it."""
        shutil.chown(self.path, user, user)
        self.path.chmod(0o700)

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Make it read-only until the block ends."""
        self._remount("ro")
        try:
            yield
        finally:
            self._remount("rw")

    def _remount(self, how: str) -> None:
        command = ["mount", "-o", f"remount,{how}", str(self.path)]
        for _ in range(TRIES):
            if subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0:
                return
            time.sleep(0.01)
        raise ImpossibleError(f"the disk can't be made {how}")


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """A disk in memory. Raises `ImpossibleError` if it can't be mounted."""
    disk = Disk(folder / "disk")
    disk.path.mkdir()
    for parent in (folder, disk.path):
        parent.chmod(0o755)  # databases run as users of their own
    size = f"size={megabytes}m"
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "drill", disk.path], check=True)
    except (OSError, subprocess.CalledProcessError):
        raise ImpossibleError("only root may mount a small disk") from None
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk.path], check=True)


@contextmanager
def filled(disk: Disk) -> Iterator[None]:
    """Fill the disk to the last byte until the block ends."""
    file = disk.path / "filler"
    try:
        with file.open("wb", buffering=0) as filler:
            _fill(filler.fileno())
        yield
    finally:
        file.unlink()


def _fill(descriptor: int) -> None:
    for size in (1 << 20, 1 << 12):
        try:
            while True:
                os.write(descriptor, bytes(size))
        except OSError:
            continue  # the next smaller piece may still fit
