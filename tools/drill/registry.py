"""The drills by name, with their requirements."""

import importlib
import os
import pkgutil
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.drill import drills

if TYPE_CHECKING:
    from tools.drill.scene import Scene

BACK = 5.0  # seconds after the end of a fault
HEALTHZ = 0.1  # seconds
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/lib/postgresql/15/bin"

Run = Callable[["Scene"], None]


@dataclass(frozen=True)
class Drill:
    """What is broken, what it takes, and what may come of it.

    `back`: seconds within which service must be back; `may_lose`: acknowledged writes may be lost,
    which the drill is there to show; `logs_out`: people may have to log in again; `seamless`: no
    request may fail; `healthz`: seconds within which it must answer; `quick`: part of the short
    form.
    """

    name: str
    title: str
    run: Run
    needs: tuple[str, ...] = ()
    back: float = BACK
    may_lose: bool = False
    logs_out: bool = False
    seamless: bool = False
    healthz: float = HEALTHZ
    quick: bool = False

    @property
    def missing(self) -> list[str]:
        """The needed programs that aren't installed."""
        return [program for program in self.needs if program_path(program) is None]


class ImpossibleError(Exception):
    """The drill can't run on this machine; the text is the reason."""


DRILLS: dict[str, Drill] = {}


def drill(title: str, **what: Any) -> Callable[[Run], Run]:
    """Register a function as a drill named after it; `fields` are `Drill`'s."""

    def register(run: Run) -> Run:
        name = run.__name__.replace("_", "-")
        DRILLS[name] = Drill(name, title, run, **what)
        return run

    return register


def program_path(program: str) -> str | None:
    """The path of a program, including those that are only in root's PATH."""
    return shutil.which(program, path=PATH)


def load_drills() -> dict[str, Drill]:
    """All drills, in the order of the report."""
    for module in sorted(pkgutil.iter_modules(drills.__path__), key=lambda one: one.name):
        importlib.import_module(f"{drills.__name__}.{module.name}")
    return DRILLS
