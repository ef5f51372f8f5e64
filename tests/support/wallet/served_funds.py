"""`furlong funds serve` as processes over a wallet's database, and clients that sign their requests."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from foundation.signatures.keys import new_key, public_part
from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.funds import FundsByBrand, open_funds
from subgraphs.kit.funds_settings import FundsSettings, WalletAt
from tests.support.processes.forked_programs import Program
from tests.support.processes.running_furlong import Programs, eventually, programs_in

BRAND = "northbet"


@dataclass
class ServedFunds:
    """Processes that serve money, by their ports, and the files of keys of who asks and who answers."""

    programs: Programs
    keys: Path
    ports: list[int]
    running: dict[int, Program] = field(default_factory=dict)

    def start(self, port: int) -> None:
        """Start the process of a port."""
        self.running[port] = self.programs.start("funds", "serve", f"--listen=127.0.0.1:{port}")

    def restart(self, port: int) -> None:
        """Kill a process, and start it again."""
        self.running[port].kill()
        self.running[port].wait()
        self.start(port)

    def health(self, port: int) -> dict[str, Any]:
        """Return what a process says of itself; nothing while it does not answer."""
        try:
            answer = httpx.get(f"http://127.0.0.1:{port}/health", timeout=10)
        except httpx.HTTPError:
            return {}
        assert answer.status_code == httpx.codes.OK
        return dict(answer.json())

    def metrics(self, port: int) -> str:
        """Return the figures of a process."""
        return httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text

    @asynccontextmanager
    async def client(self, port: int, database: DatabaseSettings) -> AsyncIterator[FundsByBrand]:
        """Open the money of all brands, where a process keeps that of one."""
        at = WalletAt(url=f"http://127.0.0.1:{port}", keys_file=self.keys, timeout_seconds=3)
        async with open_funds(database, SystemClock(), FundsSettings(wallets={BRAND: at})) as funds:
            yield funds


@contextmanager
def served_funds(
    folder: Path, environment: dict[str, str], free_port: Callable[[], int], processes: int
) -> Iterator[ServedFunds]:
    """Serve a migrated wallet's money by some processes."""
    key = new_key("blocks")
    private, public = folder / "blocks.jwks", folder / "public.jwks"
    private.write_text(json.dumps({"keys": [key]}))
    public.write_text(json.dumps({"keys": public_part([key])}))
    with programs_in(folder, environment | {"FURLONG_FUNDS_KEYS_FILE": str(public)}) as programs:
        served = ServedFunds(programs, private, [free_port() for _ in range(processes)])
        for port in served.ports:
            served.start(port)
        for port in served.ports:
            eventually(partial(_works, served, port), "the money is served")
        yield served


def _works(served: ServedFunds, port: int) -> bool:
    return bool(served.health(port).get("working"))
