"""Writes the API schema to docs/openapi.yaml, and its examples to the Postman collection.

python -m tools.schema            update both
python -m tools.schema --check    report what is stale or what the linters find, and fail

The linters are npm packages (tools/npm.txt). Without npm they are skipped, which REQUIRE_E2E=1
turns into a failure.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools import postman
from tools.server import DJANGO, ROOT, environment

FILE = ROOT / "docs" / "openapi.yaml"
INSTALLED = ROOT / ".cache" / "npm" / "node_modules" / ".bin"
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
LINTERS = (
    ("redocly", "lint", str(FILE), "--config", "redocly.yaml", "--format", "stylish"),
    ("spectral", "lint", str(FILE), "--ruleset", ".spectral.yaml", "--fail-severity", "hint"),
)


def made() -> dict[Path, bytes]:
    """The files as they should be: the server's schema, and what is generated from it.

    Django must be set up.
    """
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.renderers import OpenApiYamlRenderer

    generator: Any = SchemaGenerator
    renderer: Any = OpenApiYamlRenderer
    schema = generator().get_schema(request=None, public=True)
    collection = postman.renewed(postman.FILE.read_text(), schema)
    return {FILE: bytes(renderer().render(schema)), postman.FILE: collection.encode()}


def lint() -> Iterator[str]:
    """The linters' findings, and linters that are required but missing."""
    for name, *arguments in LINTERS:
        if (INSTALLED / name).exists():
            command, quiet = [str(INSTALLED / name), *arguments], {**os.environ, **QUIET}
            done = subprocess.run(
                command, cwd=ROOT, env=quiet, capture_output=True, text=True, check=False
            )
            if done.returncode:
                yield done.stdout + done.stderr
        elif os.environ.get("REQUIRE_E2E") == "1":
            yield f"{name} is not installed"
        else:
            print(f"SKIPPED: {name} is not installed (no npm?), so the schema is not linted by it")


def main(arguments: list[str]) -> int:
    """Exit with 1 if a check found something."""
    import django

    os.environ.update(environment() | {DJANGO: "config.settings"})
    django.setup()
    files = made()
    if arguments != ["--check"]:
        for path, content in files.items():
            path.write_bytes(content)
        return 0
    stale = [path for path, content in files.items() if path.read_bytes() != content]
    found = [*(f"{path.name}: stale; run make schema" for path in stale), *lint()]
    print(*found, sep="\n", end="\n" if found else "")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
