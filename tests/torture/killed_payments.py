"""Payments as processes that can be killed: servers, workers, a consumer, and two simulated processors."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from simulator.payments.api import KEY
from simulator.payments.webhooks import SECRET
from tests.support.processes.running_furlong import programs_in
from tests.support.subgraphs.club_fixture import AUDIENCE, ISSUER, LIFETIME
from tests.support.subgraphs.club_fixture import SECRET as SESSION_SECRET
from tests.torture.killed_parts import KilledParts
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
class KilledPayments(KilledParts):
    """The running parts, each of which can be killed.

    Attributes:
        ports: Of servers and processors, by name; a processor's other port is `NAME control`.
        secrets: The folder of secrets.
    """

    secrets: Path

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
            killed.begin()
            yield killed
        finally:
            killed.stop()
