"""Payments as processes that can be killed: servers, workers, a consumer, and two simulated processors."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import yaml

from simulator.payments.api import KEY
from simulator.payments.webhooks import SECRET
from tests.support.processes.forked_programs import Program
from tests.support.processes.killed_servers import kafka_after_kill, mariadb_after_kill
from tests.support.processes.running_furlong import Programs, eventually, programs_in
from tests.support.subgraphs.club_fixture import AUDIENCE, ISSUER, LIFETIME
from tests.support.subgraphs.club_fixture import SECRET as SESSION_SECRET
from tools.private_kafka import PrivateKafka
from tools.private_mariadb import PrivateMariadb

PROCESSORS: Final = ("first", "second")
GRAPHS: Final = ("first graph", "second graph")
TIMEOUT_SECONDS: Final = 4.0
"""How long the product waits for a processor."""

AMOUNTS: Final = {"GBP": {"minimum": 500, "maximum": 100_000, "fee": 25, "fee_permille": 5}}
BACK_URL: Final = "http://127.0.0.1:9/"
MAX_UNREVIEWED: Final = 2_500


def payments_file(ports: Mapping[str, int]) -> dict[str, Any]:
    """Return a file of payments by which money comes and goes through both processors."""
    processors = [
        {
            "name": name,
            "adapter": "stripe",
            "options": {
                "api_base": f"http://127.0.0.1:{ports[name]}",
                "webhook_secrets": [f"{name}-webhook", f"{name}-former"],
                "timeout_seconds": TIMEOUT_SECONDS,
            },
        }
        for name in PROCESSORS
    ]
    routes = [{"processor": name} for name in PROCESSORS]
    card = {"id": "card", "names": {"en": "Card"}, "direction": "DEPOSIT", "amounts": AMOUNTS}
    other = card | {"id": "other-card", "routes": routes[::-1]}
    back = {"id": "back", "names": {"en": "Back"}, "direction": "WITHDRAWAL", "to": "source"}
    bank = {"id": "bank", "names": {"en": "Bank"}, "direction": "WITHDRAWAL", "routes": routes[1:]}
    return {
        "processors": processors,
        "methods": [
            card | {"routes": routes},
            other,
            back | {"amounts": AMOUNTS},
            bank | {"amounts": AMOUNTS},
        ],
        "review": {"above": {"GBP": MAX_UNREVIEWED}, "new_account": False},
    }


@dataclass
class KilledPayments:
    """The running parts, each of which can be killed.

    Attributes:
        ports: Of servers and processors, by name; a processor's other port is `NAME control`.
        secrets: The folder of secrets.
        running: The processes, by name.
    """

    mariadb: PrivateMariadb
    kafka: PrivateKafka
    programs: Programs
    ports: Mapping[str, int]
    secrets: Path
    running: dict[str, Program] = field(default_factory=dict)

    @property
    def commands(self) -> dict[str, tuple[str, ...]]:
        """The commands of the processes."""
        at = {name: f"--listen=127.0.0.1:{port}" for name, port in self.ports.items()}
        return {
            **{name: ("subgraph", "wallet", "serve", at[name]) for name in GRAPHS},
            **{
                f"webhooks of {name}": ("payments", "serve", at[f"webhooks of {name}"]) for name in PROCESSORS
            },
            "first cashier": ("worker", "wallet-cashier"),
            "second cashier": ("worker", "wallet-cashier"),
            "consumer": ("consume", "wallet"),
            **{f"{name} processor": self._processor(name) for name in PROCESSORS},
        }

    @property
    def kills(self) -> dict[str, Callable[[], None]]:
        """What can be killed, and how: each is started again at once."""
        return {
            "MariaDB": self._kill_mariadb,
            "Kafka": self._kill_kafka,
            **{name: lambda name=name: self.start(name) for name in self.commands},  # type: ignore[misc]
        }

    def start(self, name: str) -> None:
        """Start a process; kill it first if it runs."""
        if name in self.running:
            self.running[name].kill()
            self.running[name].wait()
        self.running[name] = self.programs.start(*self.commands[name])

    def still_runs(self) -> bool:
        """Tell whether no process has ended by itself."""
        return all(program.poll() is None for program in self.running.values())

    def graph(self, name: str) -> str:
        """Return the address of a graph."""
        return f"http://127.0.0.1:{self.ports[name]}/graphql"

    def control(self, processor: str) -> str:
        """Return the address of a processor's faults and books."""
        return f"http://127.0.0.1:{self.ports[f'{processor} control']}"

    def api(self, processor: str) -> str:
        """Return the address of a processor's API."""
        return f"http://127.0.0.1:{self.ports[processor]}/v1"

    def compared(self, processor: str, day: str, ahead_seconds: int) -> str:
        """Return what a comparison of a day says on a node that is so far ahead; fail if it fails."""
        number = len(self.programs.started)
        program = self.programs.start_skewed(ahead_seconds, "payments", "compare", processor, day)
        program.wait(120)
        [log] = self.programs.folder.glob(f"{number}-*.log")
        return log.read_text()

    def _processor(self, name: str) -> tuple[str, ...]:
        webhooks = f"http://127.0.0.1:{self.ports[f'webhooks of {name}']}/webhooks/{name}"
        return (
            *("simulator", "payments", f"--data={self.programs.folder / name}", "--settle=1"),
            *(f"--port={self.ports[name]}", f"--control={self.ports[f'{name} control']}"),
            f"--webhooks={webhooks}",
        )

    def _kill_mariadb(self) -> None:
        self.mariadb = mariadb_after_kill(self.mariadb)

    def _kill_kafka(self) -> None:
        self.kafka = kafka_after_kill(self.kafka)


@contextmanager
def killed_payments(
    folder: Path, mariadb: PrivateMariadb, kafka: PrivateKafka, free_port: Callable[[], int]
) -> Iterator[KilledPayments]:
    """Run payments over a migrated database and a broker, which stop with them."""
    named = [*GRAPHS, *PROCESSORS, *(f"{name} control" for name in PROCESSORS)]
    ports = {name: free_port() for name in [*named, *(f"webhooks of {name}" for name in PROCESSORS)]}
    secrets, file = folder / "secrets", folder / "payments.yaml"
    secrets.mkdir()
    (secrets / "stripe-key").write_text(KEY)
    for name in PROCESSORS:
        (secrets / f"{name}-webhook").write_text(SECRET)
    file.write_text(yaml.safe_dump(payments_file(ports)))
    environment = {
        "FURLONG_DATABASE_URL": mariadb.url,
        "FURLONG_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "FURLONG_KAFKA_SESSION_SECONDS": "2",
        "FURLONG_PAYMENTS_FILE": str(file),
        "FURLONG_PAYMENTS_SECRET_FOLDER": str(secrets),
        "FURLONG_PAYMENTS_BACK_URL": BACK_URL,
        "FURLONG_SUBGRAPH_CALLERS": "unsigned",
        "FURLONG_JWT_SECRET": SESSION_SECRET,
        "FURLONG_JWT_ISSUER": ISSUER,
        "FURLONG_JWT_AUDIENCE": AUDIENCE,
        "FURLONG_JWT_LONGEST_LIFETIME_SECONDS": str(LIFETIME),
    }
    with programs_in(folder, environment) as programs:
        killed = KilledPayments(mariadb, kafka, programs, ports, secrets)
        try:
            programs.run("topics", "create", "--partitions", "2")
            for name in killed.commands:
                killed.start(name)
            for port in ports.values():
                eventually(lambda port=port: _listens(port), f"port {port} is open")  # type: ignore[misc]
            yield killed
        finally:
            programs.stop()
            killed.mariadb.stop()
            killed.kafka.stop()


def _listens(port: int) -> bool:
    with suppress(httpx.HTTPError):
        httpx.get(f"http://127.0.0.1:{port}/", timeout=5)
        return True
    return False
