"""Clocks that are wrong."""

from pathlib import Path

from tools.drill.registry import ImpossibleError, drill
from tools.drill.scene import Scene

LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"


@drill("two servers on one database whose clocks differ by 25 s", needs=("faketime",))
def clocks_differ(scene: Scene) -> None:
    with (
        scene.postgres() as database,
        scene.server(database.url) as right,
        scene.server(database.url, **clock(scene.folder, "+25")) as ahead,
        scene.load([right, ahead], database) as load,
    ):
        load.steady()
        with load.fault():
            load.steady(12)
        load.recover()


@drill("the clock is an hour ahead for 10 s, and right again", needs=("faketime",), logs_out=True)
def clock_ahead(scene: Scene) -> None:
    with (
        scene.postgres() as database,
        scene.server(database.url, **clock(scene.folder, "+0")) as server,
        scene.load([server], database) as load,
    ):
        load.steady()
        with load.fault():
            (scene.folder / "clock").write_text("+3600")
            load.steady(10)
            (scene.folder / "clock").write_text("+0")
        load.recover()


def clock(folder: Path, offset: str) -> dict[str, str]:
    """The environment of a process whose clock is off by the number of seconds in a file."""
    library = next(Path("/").glob(LIBRARIES.lstrip("/")), None)
    if library is None:
        raise ImpossibleError(f"there is no {LIBRARIES}")
    (folder / "clock").write_text(offset)
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(folder / "clock"),
        "FAKETIME_CACHE_DURATION": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
