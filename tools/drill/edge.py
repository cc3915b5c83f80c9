"""nginx as shipped in deploy/nginx, in front of servers on this machine."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools.drill.registry import program_path
from tools.server import ROOT, free_port

SHIPPED = ROOT / "deploy" / "nginx"
START = 10.0  # seconds


@contextmanager
def nginx(folder: Path, ports: Sequence[int]) -> Iterator[int]:
    """The port of an nginx that forwards to the servers at `ports`."""
    edge, port = folder / "edge", free_port()
    shutil.copytree(SHIPPED, edge)
    for file in edge.glob("*.conf"):
        file.write_text(_here(file.read_text(), folder, port, ports))
    (folder / "resolver.conf").write_text("resolver 127.0.0.53;")
    (folder / "site.conf").write_text(f"include {edge}/http.conf;")
    program = program_path("nginx") or "nginx"
    process = subprocess.Popen(
        [program, "-e", "stderr", "-c", edge / "nginx.conf", "-g", "daemon off;"]
    )
    try:
        _await(folder / "health", process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _here(text: str, folder: Path, port: int, ports: Sequence[int]) -> str:
    """The configuration with local folders, ports and addresses (old versions need those)."""
    text = re.sub(
        r"server web:8000 resolve(.*);",
        lambda found: " ".join(f"server 127.0.0.1:{one}{found[1]};" for one in ports),
        text,
    )
    changes = {
        "/etc/nginx/edge": str(folder / "edge"),
        "/tmp/nginx": str(folder),
        "/dev/stdout": f"{folder}/access.log",
        "listen 8080": f"listen 127.0.0.1:{port}",
        "127.0.0.1:8081": f"unix:{folder}/health",
    }
    for shipped, ours in changes.items():
        text = text.replace(shipped, ours)
    return text


def _await(socket: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START
    while not socket.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("nginx didn't start")
        time.sleep(0.05)
