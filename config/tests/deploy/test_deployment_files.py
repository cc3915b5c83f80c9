"""Checks the container files without containers."""

import configparser
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
ENTRYPOINT = ROOT / "deploy" / "entrypoint.sh"
GOOD = {"SECRET_KEY": "k7" * 20, "DATABASE_URL": "sqlite:////data/db.sqlite3"}


def lines_of(name: str) -> list[str]:
    """A file's lines without empty lines and comments, continuation lines joined."""
    text = re.sub(r"\s*\\\n\s*", " ", (ROOT / name).read_text())
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def enter(folder, *command, **environment):
    """Run the entrypoint in a plain directory."""
    return subprocess.run(
        [ENTRYPOINT, *(command or ("env",))],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
    )


# The entrypoint


def test_the_entrypoint_becomes_the_command(tmp_path):
    result = enter(tmp_path, "sh", "-c", "echo $$ $1; exit 7", "sh", "two words", **GOOD)
    assert (result.returncode, result.stderr) == (7, "")
    assert result.stdout.split(maxsplit=1)[1] == "two words\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "change-me-change-me-change-me-change-me"),
        ("SECRET_KEY", "build-only-build-only-build-only-build-only"),
        ("SECRET_KEY", "django-insecure-0123456789012345678901234567"),
        ("JWT_SIGNING_KEY", "Change-Me-0123456789012345678901234567"),
        ("OTP_KEY", "CHANGEME-0123456789012345678901234567"),
        ("POSTGRES_PASSWORD", "change-me"),
        ("POSTGRES_PASSWORD", "postgres"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "postgres://user:password@host:5432/name"),
        ("SMS_URL", "twilio://SID:TOKEN@+15550001111"),
    ],
)
def test_an_example_or_missing_secret_stops_the_start_with_one_line(tmp_path, name, value):
    result = enter(tmp_path, **{**GOOD, name: value})
    assert (result.returncode, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"{name}: is ")
    assert not value or value not in line


def test_every_secret_of_the_env_examples_is_refused(tmp_path):
    for example in (".env.example", "deploy/.env.example"):
        values = dict(line.split("=", 1) for line in lines_of(example))
        result = enter(tmp_path, **values)
        assert result.returncode == 1, example
        assert result.stderr == "SECRET_KEY: is not set\n"


def test_secrets_are_read_from_files(tmp_path):
    for name in ("SECRET_KEY", "DATABASE_URL", "JWT_SIGNING_KEY", "OTP_KEY", "SMS_URL"):
        (tmp_path / name).write_text(f"from-the-file-{name}\n")
        environment = {**GOOD, f"{name}_FILE": name}
        environment.pop(name, None)
        result = enter(tmp_path, **environment)
        assert result.returncode == 0, result.stderr
        assert f"{name}=from-the-file-{name}" in result.stdout.splitlines()
        assert f"{name}_FILE=" not in result.stdout


@pytest.mark.parametrize("content", [None, "", "change-me"])
def test_a_file_without_a_secret_stops_the_start_with_one_line(tmp_path, content):
    if content is not None:
        (tmp_path / "key").write_text(content)
    result = enter(tmp_path, DATABASE_URL=GOOD["DATABASE_URL"], SECRET_KEY_FILE="key")
    assert (result.returncode, len(result.stderr.splitlines())) == (1, 1)
    assert result.stderr.startswith("SECRET_KEY")


def test_a_secret_and_its_file_together_are_refused(tmp_path):
    (tmp_path / "key").write_text(GOOD["SECRET_KEY"])
    result = enter(tmp_path, **GOOD, SECRET_KEY_FILE="key")
    assert result.returncode == 1
    assert result.stderr.startswith("SECRET_KEY: is set, and so is SECRET_KEY_FILE")


@pytest.mark.parametrize("password", ["simple", "p@ss:w/o#r?d%&$ 1", "пароль"])
def test_the_database_address_is_made_of_the_password(tmp_path, password):
    import dj_database_url

    (tmp_path / "password").write_text(password)
    result = enter(
        tmp_path,
        SECRET_KEY=GOOD["SECRET_KEY"],
        POSTGRES_PASSWORD_FILE="password",
        POSTGRES_HOST="db",
        PYTHONUTF8="1",
    )
    values = dict(line.split("=", 1) for line in result.stdout.splitlines())
    database = dj_database_url.parse(values["DATABASE_URL"])
    assert database["PASSWORD"] == password
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db", 5432, "referrals")
    assert "POSTGRES_PASSWORD" not in values


# The image


def test_the_image_runs_without_root_and_installs_only_what_is_pinned():
    lines = lines_of("Dockerfile")
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert re.fullmatch(r"[1-9][0-9]{3,}:[1-9][0-9]{3,}", users[-1])
    installs = [line for line in lines if re.search(r"pip .*install", line)]
    assert installs
    assert all("--require-hashes" in line for line in installs)
    assert all(":" in line.split()[1] for line in lines if re.match(r"FROM .*/", line))
    assert any(line.startswith("HEALTHCHECK ") for line in lines)


def test_no_secret_gets_into_the_image():
    for line in lines_of("Dockerfile"):
        if line.startswith(("ENV ", "ARG ", "LABEL ")):
            assert not re.search(r"KEY|SECRET|PASSWORD|TOKEN|DATABASE_URL", line)
    key = re.search(r"SECRET_KEY=(\S+)", (ROOT / "Dockerfile").read_text())[1]
    assert key.startswith("build-only-")  # which the entrypoint refuses
    allowed = [line for line in lines_of(".dockerignore") if line.startswith("!")]
    assert lines_of(".dockerignore")[0] == "*"
    assert not any(".env" in line or "sqlite" in line or "tls" in line for line in allowed)


def test_every_package_of_the_product_gets_into_the_image():
    allowed = {line[1:] for line in lines_of(".dockerignore") if line.startswith("!")}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tools"}
    assert packages | {"manage.py", "requirements.txt", "deploy/entrypoint.sh"} <= allowed
    for script in ("entrypoint.sh", "healthcheck.sh"):
        assert os.access(ROOT / "deploy" / script, os.X_OK)


# The stack


def filled_in(text: str) -> str:
    """Put the defaults in place of `${NAME:-default}`, as compose does."""
    return re.sub(r"\$\{\w+:[-?]([^}]*)\}", r"\1", text)


@pytest.fixture(scope="module")
def stack():
    return yaml.safe_load(filled_in((ROOT / "compose.yaml").read_text()))


def test_what_a_service_names_is_there(stack):
    for service in stack["services"].values():
        assert set(service["networks"]) <= set(stack["networks"])
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source.startswith("./") or source in stack["volumes"]


def test_the_services_start_one_after_another(stack):
    services = stack["services"]
    waits = {
        name: {of: how["condition"] for of, how in service.get("depends_on", {}).items()}
        for name, service in services.items()
    }
    done, healthy = "service_completed_successfully", "service_healthy"
    assert waits == {
        "postgres": {},
        "migrate": {"postgres": healthy},
        "web": {"postgres": healthy, "migrate": done},
        "nginx": {"web": healthy},
    }
    assert all("test" in services[name]["healthcheck"] for name in ("postgres", "web", "nginx"))


def test_every_service_is_confined_and_only_nginx_is_public(stack):
    for name, service in stack["services"].items():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert ("ports" in service) == (name == "nginx")
        assert "container_name" not in service  # it would prevent --scale
    assert stack["networks"]["data"]["internal"] is True
    assert "front" not in stack["services"]["postgres"]["networks"]


def test_no_secret_is_written_in_the_stack():
    text = (ROOT / "compose.yaml").read_text()
    assert re.findall(r"PASSWORD: (.*)", text) == [
        "${POSTGRES_PASSWORD:?is empty; use --env-file deploy/.env and fill it in}"
    ]
    assert "SECRET_KEY" not in text


def test_the_server_trusts_just_the_one_proxy_in_front(stack):
    assert stack["services"]["web"]["environment"]["TRUSTED_PROXY_COUNT"] == "1"
    proxy = (ROOT / "deploy/nginx/proxy.conf").read_text()
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in proxy
    assert "$proxy_add_x_forwarded_for" not in proxy


# The unit


def test_the_unit_starts_again_until_its_database_is_there():
    """By default systemd gives up after five starts in ten seconds."""
    sections = configparser.ConfigParser(strict=False)
    sections.read(ROOT / "deploy" / "systemd" / "referrals.service")
    assert sections["Unit"]["StartLimitIntervalSec"] == "0"
    assert sections["Service"]["Restart"] == "on-failure"
    assert int(sections["Service"]["RestartSec"]) >= 1
