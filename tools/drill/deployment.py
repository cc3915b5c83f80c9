"""Fills in the files of deploy/ha for machines that are loopback addresses of this computer."""

import grp
import os
import pwd
import secrets
from pathlib import Path
from string import Template

import yaml

from tools import postgres
from tools.server import ROOT

PROGRAMS = ("etcd", "patroni", "haproxy", "pgbouncer")
FILES = ROOT / "deploy" / "ha"
Settings = dict[str, str]


def variables(text: str) -> Settings:
    """The `NAME=value` lines."""
    lines = (line.partition("=") for line in text.splitlines() if line and line[0] != "#")
    return {name: value for name, _, value in lines}


def settings() -> Settings:
    """The settings of machine.env, with free addresses and with passwords."""
    example = variables((FILES / "machine.env").read_text())
    net = f"127.{1 + secrets.randbelow(254)}.{secrets.randbelow(256)}"
    passwords = {name: secrets.token_hex(8) for name in example if name.endswith("_PASSWORD")}
    return {
        **example,
        **passwords,
        "A": f"{net}.1",
        "B": f"{net}.2",
        "C": f"{net}.3",
        "LOCAL": f"{net}.9",
        "NETWORK": "127.0.0.0/8",
        "POSTGRES_PROGRAMS": str(postgres.PROGRAMS),
    }


def ttl() -> int:
    """Seconds until a silent primary is replaced."""
    patroni = yaml.safe_load((FILES / "patroni.yml").read_text())
    return int(patroni["bootstrap"]["dcs"]["ttl"])


def of_machine(name: str, shared: Settings, folder: Path) -> Settings:
    """The settings of one machine that keeps its files in `folder`."""
    account = postgres.account()
    user = pwd.getpwnam(account) if account else pwd.getpwuid(os.geteuid())
    return {
        **shared,
        "NAME": name,
        "ADDRESS": shared[name.upper()],
        "HAPROXY_USER": user.pw_name,
        "HAPROXY_GROUP": grp.getgrgid(user.pw_gid).gr_name,
        "POSTGRES_DATA": str(folder / "postgres"),
        "POSTGRES_SOCKETS": str(folder),
        "ETCD_DATA": str(folder / "etcd"),
        "PGBOUNCER_FILES": str(folder),
    }


def fill(file: str, given: Settings, folder: Path) -> Path:
    """Write a file of deploy/ha into `folder` with these settings filled in, as envsubst would."""
    target = folder / file
    target.write_text(Template((FILES / file).read_text()).substitute(given))
    return target
