"""A primary with a replica behind HAProxy: the primary is killed, comes back, and hands over in order.

What is left is recounted from the bytes that were produced, and from the upstream's own journal.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.consumers.betting_load import Load, recount
from tests.support.long_form import only_in_long_form, seed_of_run
from tests.support.processes.running_furlong import ROOT, eventually
from tests.support.product.whole_installation import Installation, rehearsed_installation
from tests.torture.changing_members import Changer, changing, each_change_is_kept, each_has_changed
from tests.torture.placed_bets import betting, each_bet_counts_once
from tools.cell_servers.haproxy import start_haproxy
from tools.private_mariadb import PrivateMariadb
from tools.private_replicas import ReplicaServer, make_primary, replica_server
from tools.server_process import free_port

SEED: Final = seed_of_run(20)
pytestmark = [
    pytest.mark.usefixtures("kafka_installed", "mariadb_installed", "haproxy_installed", "processes"),
    only_in_long_form,
    pytest.mark.timeout(1800),
]
CONFIGURATION: Final = ROOT / "deploy" / "haproxy" / "replicas.cfg"
CUSTOMERS: Final = ("c-1001", "c-1002", "c-1003", "c-1004")
MONDAY_MORNING: Final = datetime(2026, 4, 5, 23, 5, tzinfo=UTC)
AWAY_SECONDS: Final = 10.0
PROBED: Final = "CREATE OR REPLACE USER 'haproxy'@'127.0.0.1'"


@dataclass
class Club:
    """The servers, the whole installation on them, and what customers did."""

    servers: list[ReplicaServer]
    installation: Installation
    load: Load
    changers: list[Changer]
    haproxy_log: Path
    counted: list[str] = field(default_factory=list)

    def goes_on(self, primary: ReplicaServer, what: str) -> None:
        """Wait until bets are applied at the primary and every customer's change is confirmed."""
        begun, placed = time.monotonic(), len(recount(list(self.load.records)).bets)
        prefix = self.installation.url.rpartition("/")[2]
        sql = f"SELECT COUNT(*) FROM {prefix}_progress.contribution WHERE bet_id LIKE 'b-{self.load.seed}-%'"  # noqa: S608
        eventually(lambda: ask(primary, sql)[0][0] > placed, f"bets are applied: {what}")
        each_has_changed(self.changers, what)
        assert [name for name, one in self.installation.running.items() if one.poll() is not None] == []
        print(f"{what}: bets and changes went on after {time.monotonic() - begun:.1f} s")  # noqa: T201


def ask(server: ReplicaServer, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query at one server."""
    return [tuple(row.values()) for row in server.as_root(sql)]


@pytest.fixture
def club(tmp_path: Path) -> Iterator[Club]:
    """A primary with a replica, room for a third, HAProxy as documented, and all processes."""
    servers = [replica_server(tmp_path / f"m{number}", number, [PROBED]) for number in (1, 2, 3)]
    make_primary(servers[0])
    servers[1].follow(servers[0])
    servers[0].wait_for_replica()
    password, port = servers[0].password, free_port()
    configuration = tmp_path / "haproxy" / "haproxy.cfg"
    configuration.parent.mkdir()
    configuration.write_text(CONFIGURATION.read_text())
    nodes = {f"NODE_{at}": f"127.0.0.1:{server.port}" for at, server in enumerate(servers, 1)}
    haproxy = start_haproxy(configuration, port, {"CLIENTS": f"127.0.0.1:{port}", **nodes})
    proxied = PrivateMariadb(haproxy.process, port, password)
    eventually(proxied.answers, "HAProxy has found the primary")
    folder = tmp_path / "product"
    folder.mkdir()
    load = Load(SEED, began=MONDAY_MORNING)
    with rehearsed_installation(proxied, folder, customers=CUSTOMERS) as installation:
        site = installation.site
        changers = [
            Changer(site, customer, site.club(customer)["terms"]["version"]) for customer in CUSTOMERS
        ]
        yield Club(servers, installation, load, changers, configuration.with_name("haproxy.log"))
    haproxy.stop()
    for server in servers:
        server.process.stop()


def test_a_replica_takes_over_and_nothing_is_lost(club: Club) -> None:
    """Each bet counts once, and each confirmed change is made once and kept, wherever the primary is."""
    begun, (first, second, third) = time.monotonic(), club.servers
    with betting(club.load, club.installation.site.kafka), changing(club.changers):
        club.goes_on(first, "the first server is the primary")

        first.kill()
        time.sleep(AWAY_SECONDS)
        third.follow(second)
        second.promote()
        second.wait_for_replica()
        club.goes_on(second, "the primary was killed, and its replica promoted")

        first.start()
        time.sleep(AWAY_SECONDS)
        club.goes_on(second, "the old primary is back, and read-only")
        first.process.stop()

        second.as_root("SET GLOBAL read_only = ON")
        eventually(lambda: "writer/node2 is DOWN" in club.haproxy_log.read_text(), "nobody writes")
        position = second.as_root("SELECT @@gtid_binlog_pos AS position")[0]["position"]
        has_all = f"SELECT MASTER_GTID_WAIT('{position}', 600) AS waited"
        assert third.as_root(has_all)[0]["waited"] == 0
        first.start()
        third.promote()
        club.goes_on(third, "the second server handed over to the third")
    each_bet_counts_once(club.installation, club.load)
    upstream = club.installation.programs.environment["FURLONG_UPSTREAM_URL"]
    prefix = club.installation.url.rpartition("/")[2]
    each_change_is_kept(club.changers, upstream, prefix, partial(ask, third))
    failed = sum((changer.failed for changer in club.changers), Counter[str]())
    changes = sum(len(changer.acknowledged) for changer in club.changers)
    bets, seconds = len(recount(club.load.records).bets), time.monotonic() - begun
    print(  # noqa: T201
        f"{bets} bets of {club.load.customers} customers and {changes} changes in {seconds:.0f} s, with seed "
        f"{club.load.seed}; repeated: {dict(failed)}"
    )
    assert failed["SERVICE_UNAVAILABLE"] > 0
    assert failed.keys() <= {"SERVICE_UNAVAILABLE", "UPSTREAM_PENDING"}
