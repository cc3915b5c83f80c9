"""Runs a Prometheus that scrapes one server for as long as a block lasts."""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from tools.server import free_port

EVERY = 1  # s between scrapes
WINDOW = "10s"  # stands in for Grafana's $__rate_interval: enough scrapes for a rate
START_TIME = 30  # s
CONFIGURATION = """
global: {{scrape_interval: {every}s, scrape_timeout: {every}s}}
scrape_configs:
  - job_name: referrals
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


class MissingError(Exception):
    """Prometheus is not installed."""


@dataclass(frozen=True)
class Series:
    """One line of a panel: its labels and its points (seconds since the start, value)."""

    labels: dict[str, str]
    points: list[tuple[float, float]]


@dataclass
class Recording:
    """Everything scraped since the recording began."""

    base: str
    began: float

    def series(self, query: str) -> list[Series]:
        """The result of a dashboard query over the whole recording."""
        asked = {
            "query": query.replace("$__rate_interval", WINDOW),
            "start": self.began,
            "end": time.time(),
            "step": EVERY,
        }
        with urlopen(f"{self.base}/api/v1/query_range?{urlencode(asked)}", timeout=30) as answer:
            found = json.load(answer)["data"]["result"]
        return [
            Series(one["metric"], [(at - self.began, float(value)) for at, value in one["values"]])
            for one in found
        ]


@contextmanager
def recording(port: int) -> Iterator[Recording]:
    """Scrape the server at `port` every second. Raises `MissingError`."""
    program = shutil.which("prometheus")
    if program is None:
        raise MissingError("Prometheus is not installed: no picture was drawn")
    own = free_port()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "prometheus.yml"
        file.write_text(CONFIGURATION.format(every=EVERY, port=port))
        process = subprocess.Popen(
            [
                program,
                f"--config.file={file}",
                f"--storage.tsdb.path={folder}/data",
                f"--web.listen-address=127.0.0.1:{own}",
                "--log.level=error",
            ]
        )
        try:
            base = f"http://127.0.0.1:{own}"
            _await(base, process)
            yield Recording(base, time.time())
        finally:
            process.terminate()
            process.wait(30)


def _await(base: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_TIME
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"{base}/-/ready", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError("Prometheus does not start")
