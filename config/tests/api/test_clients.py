"""Runs the code in docs/clients.md, with the clients it generates, against the server."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from config.tests.load import once
from config.tests.product import running
from tools.server import ROOT

pytestmark = [pytest.mark.django_db(transaction=True), once]
PAGE = (ROOT / "docs" / "clients.md").read_text()
NPM = ROOT / ".cache" / "npm"
PYTHON = ROOT / ".cache" / "clients"
GENERATOR = PYTHON / "bin" / "openapi-generator-cli"
KOTLIN = ROOT / ".cache" / "kotlin" / "node_modules"
GSON = Path("/usr/share/java/gson.jar")
JAVA = Path(shutil.which("java") or "java")
SAID = """\
refused: invalid_phone
changed: Anna anna@example.org
activated: true
invitees: 1 more: null
sessions: 1 this one: true
after logout: 401 token_not_valid
"""


@pytest.fixture(scope="module")
def server(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), running(TRUSTED_PROXY_COUNT="0") as one:
        yield one


def blocks(heading: str) -> list[str]:
    """The code blocks under a heading: commands first, then the program."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^```\w+\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


def need(path, what: str) -> None:
    """Skip if a tool is missing, or fail if all are required."""
    if not path.exists():
        assert os.environ.get("REQUIRE_E2E") != "1", f"{what} is not installed"
        pytest.skip(f"{what} is not installed")


def said(commands: str, folder, server, *paths, **environ: str) -> str:
    """The end of the commands' output; commands that install the tools are left out."""
    lines = [line for line in commands.splitlines() if not re.match("(npm|pip) install ", line)]
    path = os.pathsep.join([*map(str, paths), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", "\n".join(lines)],
        cwd=folder,
        env={"PATH": path, "HOME": str(folder), "BASE_URL": server.base, **environ},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.replace("True", "true").replace("None", "null")


@pytest.mark.parametrize(
    ("heading", "file"),
    [("TypeScript with openapi-fetch", "main.mts"), ("TypeScript with Hey API", "main.ts")],
)
def test_the_typescript_clients_compile_strictly_and_go_all_the_way(
    server, tmp_path, heading, file
):
    need(NPM / "node_modules" / ".bin" / "tsc", "TypeScript")
    commands, program = blocks(heading)
    (tmp_path / file).write_text(program)
    (tmp_path / "node_modules").symlink_to((NPM / "node_modules").resolve())
    assert said(commands, tmp_path, server).endswith(SAID)


def test_the_python_client_type_checks_and_goes_all_the_way(server, tmp_path):
    need(PYTHON / "bin" / "openapi-python-client", "openapi-python-client")
    commands, program = blocks("Python")
    (tmp_path / "main.py").write_text(program)
    types = f"mypy --python-executable {shlex.quote(str(PYTHON / 'bin' / 'python'))} "
    commands = commands.replace("mypy ", types)
    printed = said(commands, tmp_path, server, PYTHON / "bin", ROOT / ".venv" / "bin")
    assert printed.endswith(SAID)


def test_the_kotlin_client_compiles_and_goes_all_the_way(server, tmp_path):
    compiler = KOTLIN / "kotlin-compiler" / "bin"
    for path, what in ((GENERATOR, "openapi-generator"), (JAVA, "Java"), (GSON, "Gson")):
        need(path, what)
    need(compiler, "the Kotlin compiler")
    okhttp = (KOTLIN / "allure-commandline" / "dist/plugins/jira-plugin/lib").glob("ok*.jar")
    commands, program = blocks("Kotlin")
    (tmp_path / "Main.kt").write_text(program)
    libraries = ":".join(map(str, [*okhttp, GSON]))
    quick = "-XX:TieredStopAtLevel=1"  # with little compilation Java starts in half the time
    printed = said(
        commands, tmp_path, server, PYTHON / "bin", compiler, LIBRARIES=libraries, JAVA_OPTS=quick
    )
    assert printed.endswith(SAID)


def test_openapi_generator_takes_the_schema_for_swift(server, tmp_path):
    need(GENERATOR, "openapi-generator")
    need(JAVA, "Java")
    generate = (
        "openapi-generator-cli generate --generator-name swift6 --output client"
        ' --input-spec "$BASE_URL/api/schema/"'
    )
    said(generate, tmp_path, server, PYTHON / "bin")
    models = {path.stem for path in (tmp_path / "client").rglob("Models/*.swift")}
    assert "ApiError" in models
    assert not [one for one in models if one.startswith("Inline") or "Response" in one]


@pytest.mark.skipif(not (shutil.which("bash") and shutil.which("curl")), reason="bash or curl")
def test_curl_goes_all_the_way(server, tmp_path):
    (commands,) = blocks("curl")
    assert said(commands, tmp_path, server) == SAID


def test_the_page_names_the_versions_that_are_tried():
    pinned = (ROOT / "tools" / "npm.txt").read_text() + (ROOT / "tools" / "clients.txt").read_text()
    installs = "\n".join(re.findall(r"^(?:npm|pip) install .*$", PAGE, re.MULTILINE))
    named = re.findall(r"[\w@/-]+(?:@|==)[\d.]+", installs)
    assert len(named) >= 7
    assert set(named) <= set(pinned.split())
