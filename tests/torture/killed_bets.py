"""Bets with all that they stand on as processes that can be killed."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.processes.running_furlong import programs_in
from tests.support.subgraphs.club_fixture import AUDIENCE, ISSUER, LIFETIME
from tests.support.subgraphs.club_fixture import SECRET as SESSION_SECRET
from tests.torture.killed_parts import KilledParts
from tools.private_kafka import PrivateKafka
from tools.private_mariadb import PrivateMariadb

GRAPHS: Final = ("first graph", "second graph")
DELAY_SECONDS: Final = 1
"""The bet delay on events that have begun."""

PATIENCE_SECONDS: Final = 5
UNJUDGED_SECONDS: Final = 600
"""How silent and late a provider may be: without Kafka it is both, and regains trust after minutes."""


@dataclass
class KilledBets(KilledParts):
    """The running parts, each of which can be killed."""

    @property
    def commands(self) -> Mapping[str, tuple[str, ...]]:
        """The commands of the processes."""
        graphs = {
            name: ("subgraph", "bets", "serve", f"--listen=127.0.0.1:{self.ports[name]}") for name in GRAPHS
        }
        consumers = {f"consumer of {name}": ("consume", name) for name in ("events", "bets", "progress")}
        return {
            **graphs,
            **consumers,
            "consumer of wallet": ("consume", "wallet"),
            "first upkeep": ("worker", "bets-upkeep"),
            "second upkeep": ("worker", "bets-upkeep"),
            "upkeep of events": ("worker", "events-upkeep"),
            "outbox": ("worker", "outbox"),
        }


@contextmanager
def killed_bets(
    folder: Path, mariadb: PrivateMariadb, kafka: PrivateKafka, free_port: Callable[[], int]
) -> Iterator[KilledBets]:
    """Run bets over a new database server and a broker, which stop with them."""
    environment = {
        "FURLONG_DATABASE_URL": mariadb.url,
        "FURLONG_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "FURLONG_KAFKA_SESSION_SECONDS": "2",
        "FURLONG_BETS_DELAY_SECONDS": str(DELAY_SECONDS),
        "FURLONG_BETS_PATIENCE": f"PT{PATIENCE_SECONDS}S",
        "FURLONG_EVENTS_SILENCE_SECONDS": str(UNJUDGED_SECONDS),
        "FURLONG_EVENTS_DELAY_SECONDS": str(UNJUDGED_SECONDS),
        "FURLONG_SUBGRAPH_CALLERS": "unsigned",
        "FURLONG_JWT_SECRET": SESSION_SECRET,
        "FURLONG_JWT_ISSUER": ISSUER,
        "FURLONG_JWT_AUDIENCE": AUDIENCE,
        "FURLONG_JWT_LONGEST_LIFETIME_SECONDS": str(LIFETIME),
    }
    with programs_in(folder, environment) as programs:
        killed = KilledBets(mariadb, kafka, programs, {name: free_port() for name in GRAPHS})
        try:
            programs.run("db", "upgrade")
            killed.begin()
            yield killed
        finally:
            killed.stop()
