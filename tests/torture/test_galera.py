"""A Galera cluster with one writer, behind HAProxy: writers are killed and frozen, and all but one node die.

What is left is recounted from the bytes that were produced, and from the upstream's own journal.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import pymysql
import pytest

from tests.support.consumers.betting_load import Load, recount
from tests.support.long_form import only_in_long_form, seed_of_run
from tests.support.processes.running_furlong import ROOT, eventually
from tests.support.product.whole_installation import Installation, rehearsed_installation
from tests.torture.changing_members import Changer, changing, each_change_is_kept, each_has_changed
from tests.torture.placed_bets import betting, each_bet_counts_once
from tools.cell_servers.haproxy import start_haproxy
from tools.private_galera import GaleraNode, PrivateGalera, galera_installed, start_galera
from tools.private_mariadb import PrivateMariadb
from tools.server_process import free_port

SEED: Final = seed_of_run(20)
pytestmark = [
    pytest.mark.usefixtures("kafka_installed", "mariadb_installed", "haproxy_installed", "processes"),
    only_in_long_form,
    pytest.mark.skipif(
        not galera_installed(), reason="Galera is missing: bash tools/install-services.sh galera"
    ),
    pytest.mark.timeout(1800),
]
CONFIGURATION: Final = ROOT / "deploy" / "haproxy" / "galera.cfg"
CUSTOMERS: Final = ("c-1001", "c-1002", "c-1003", "c-1004")
MONDAY_MORNING: Final = datetime(2026, 4, 5, 23, 5, tzinfo=UTC)
FROZEN_SECONDS: Final = 20.0
PROBED: Final = "CREATE OR REPLACE USER 'haproxy'@'127.0.0.1'"


@dataclass
class Club:
    """The cluster, the whole installation on it, and what customers did."""

    galera: PrivateGalera
    installation: Installation
    load: Load
    changers: list[Changer]
    haproxy_log: Path

    def writer(self) -> GaleraNode:
        """Return the node that the product is connected to, which is never more than one."""
        found = [node for node in self.galera.nodes if node.takes_requests() and sessions_at(node) > 0]
        assert len(found) == 1, [node.folder.name for node in found]
        return found[0]

    def goes_on(self, what: str) -> float:
        """Wait until bets are applied and every customer's change is confirmed; return the seconds."""
        begun = time.monotonic()
        placed = len(recount(list(self.load.records)).bets)
        eventually(lambda: self.applied() > placed, f"bets are applied: {what}")
        each_has_changed(self.changers, what)
        assert [name for name, one in self.installation.running.items() if one.poll() is not None] == []
        seconds = time.monotonic() - begun
        print(f"{what}: bets and changes went on after {seconds:.1f} s")  # noqa: T201
        return seconds

    def applied(self) -> int:
        """Return how many bets of the load a node that takes requests has; 0 if none does."""
        prefix = self.installation.url.rpartition("/")[2]
        sql = f"SELECT COUNT(*) FROM {prefix}_progress.contribution WHERE bet_id LIKE 'b-{self.load.seed}-%'"  # noqa: S608
        for node in self.galera.nodes:
            with suppress(pymysql.err.OperationalError):
                return int(ask(node, sql)[0][0])
        return 0


def ask(node: GaleraNode, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query at one node."""
    connection = pymysql.connect(
        host="127.0.0.1",
        port=node.port,
        user="furlong",
        password=node.password,
        connect_timeout=5,
        read_timeout=5,
    )
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def sessions_at(node: GaleraNode) -> int:
    """Return how many connections the product has at a node."""
    return int(
        ask(
            node,
            "SELECT COUNT(*) FROM information_schema.processlist "
            "WHERE user = 'furlong' AND id <> CONNECTION_ID()",
        )[0][0]
    )


@pytest.fixture
def club(tmp_path: Path) -> Iterator[Club]:
    """Three nodes, HAProxy with the configuration of the documentation, and all processes."""
    galera = start_galera(tmp_path / "galera", statements=[PROBED])
    port = free_port()
    configuration = tmp_path / "haproxy" / "haproxy.cfg"
    configuration.parent.mkdir()
    configuration.write_text(CONFIGURATION.read_text())
    nodes = {f"NODE_{number}": f"127.0.0.1:{node.port}" for number, node in enumerate(galera.nodes, 1)}
    haproxy = start_haproxy(configuration, port, {"CLIENTS": f"127.0.0.1:{port}", **nodes})
    proxied = PrivateMariadb(haproxy.process, port, galera.password)
    eventually(proxied.answers, "HAProxy has found a node")
    folder = tmp_path / "product"
    folder.mkdir()
    load = Load(SEED, began=MONDAY_MORNING)
    with rehearsed_installation(proxied, folder, customers=CUSTOMERS) as installation:
        site = installation.site
        changers = [
            Changer(site, customer, site.club(customer)["terms"]["version"]) for customer in CUSTOMERS
        ]
        yield Club(galera, installation, load, changers, configuration.with_name("haproxy.log"))
    haproxy.stop()
    galera.stop()


def test_a_cluster_of_one_writer_loses_nothing(club: Club) -> None:
    """Whatever node fails, each bet counts once, and each confirmed change is made once and kept."""
    begun, nodes = time.monotonic(), club.galera.nodes
    with betting(club.load, club.installation.site.kafka), changing(club.changers):
        club.goes_on("all nodes work")
        assert club.writer() is nodes[0]

        nodes[0].kill()
        club.goes_on("the writer is killed")
        assert club.writer() is nodes[1]
        nodes[0].start()
        club.goes_on("it is back")
        assert club.writer() is nodes[1], "its successor stays the writer"

        process = nodes[1].running()
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(FROZEN_SECONDS)
        club.goes_on("the next writer stands still")
        os.kill(process.pid, signal.SIGCONT)
        nodes[1].wait_until_synced()
        club.goes_on("it is back")
        assert club.writer() is not nodes[1]

        for node in nodes[:2]:
            node.kill()
        eventually(lambda: not nodes[2].takes_requests(), "the last node has no majority")
        no_writer = "writer/node3 is DOWN"
        eventually(lambda: no_writer in club.haproxy_log.read_text(), "HAProxy sees that it refuses requests")
        time.sleep(FROZEN_SECONDS)
        for node in nodes[:2]:
            node.start(wait=False)
        for node in nodes:
            node.wait_until_synced()
        club.goes_on("one node of three was left, and the others are back")
    each_bet_counts_once(club.installation, club.load)
    environment, prefix = club.installation.programs.environment, club.installation.url.rpartition("/")[2]
    for node in nodes:
        upstream = environment["FURLONG_UPSTREAM_URL"]
        each_change_is_kept(club.changers, upstream, prefix, partial(ask, node))
    all_nodes_agree(club)
    failed = sum((changer.failed for changer in club.changers), Counter[str]())
    bets = len(recount(club.load.records).bets)
    changes = sum(len(changer.acknowledged) for changer in club.changers)
    longest = max(changer.longest for changer in club.changers)
    print(  # noqa: T201
        f"{bets} bets of {club.load.customers} customers and {changes} changes in "
        f"{time.monotonic() - begun:.0f} s, with seed {club.load.seed}; repeated: {dict(failed)}; "
        f"the longest change took {longest:.1f} s"
    )
    assert failed["SERVICE_UNAVAILABLE"] > 0
    assert failed.keys() <= {"SERVICE_UNAVAILABLE", "UPSTREAM_PENDING"}


def all_nodes_agree(club: Club) -> None:
    """Compare the checksum of every table of the product at every node."""
    tables = ask(
        club.galera.nodes[0],
        "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema LIKE 'furlong%'",
    )
    listed = ", ".join(f"`{schema}`.`{table}`" for schema, table in sorted(tables))
    eventually(
        lambda: len({tuple(ask(node, f"CHECKSUM TABLE {listed}")) for node in club.galera.nodes}) == 1,
        "all nodes have the same in every table",
    )
