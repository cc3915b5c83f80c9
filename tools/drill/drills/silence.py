"""PostgreSQL or the network stops answering without closing any connection."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2

from tools.drill.registry import drill
from tools.drill.scene import Scene
from tools.network import Proxy
from tools.postgres import Postgres


@drill("PostgreSQL is stopped without a word for 25 s (SIGSTOP)")
def postgres_silent(scene: Scene) -> None:
    with scene.product() as (database, _, load):
        load.steady()
        with load.fault(), database.frozen():
            load.steady(25)
        load.recover()


@drill("the network to PostgreSQL loses everything for 25 s, with pools of 3 connections")
def network_lost(scene: Scene) -> None:
    with (
        scene.postgres() as database,
        Proxy(database.socket) as network,
        scene.server(by(database, network), DB_POOL_SIZE="3") as server,
        scene.load([server], database) as load,
    ):
        load.steady()
        with load.fault(), lost(network):
            load.steady(25)
        load.recover()


@drill("the first of two hosts in the URL falls silent, and stays so for 35 s")
def host_silent(scene: Scene) -> None:
    with (
        scene.postgres() as database,
        Proxy(database.socket) as first,
        Proxy(database.socket) as second,
        scene.server(by(database, first, second)) as server,
        scene.load([server], database) as load,
    ):
        load.steady()
        with load.fault(), lost(first):
            load.steady(35)
        load.recover()


def by(database: Postgres, *networks: Proxy) -> str:
    """The URL of the database by way of these networks."""
    url = psycopg2.extensions.parse_dsn(database.url)
    hosts = ",".join(f"127.0.0.1:{network.port}" for network in networks)
    return f"postgres://{url['user']}@{hosts}/{url['dbname']}"


@contextmanager
def lost(network: Proxy) -> Iterator[None]:
    """Open connections are lost for good; new ones work again after the block."""
    network.lose()
    try:
        yield
    finally:
        network.silent = False
