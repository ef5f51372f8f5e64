"""Serves the simulated providers over HTTP for the duration of a block."""

import errno
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import structlog
from fastapi import FastAPI

from simulator.providers.bonus_api import GAMES, SPORTSBOOK, create_provider
from simulator.providers.books import Books
from simulator.providers.faults import ProviderFaults
from simulator.providers.handler import ProviderHandler
from simulator.providers.wallet import WalletAccounts, create_wallet
from simulator.server import listen, serving
from storage.clock import Clock, SystemClock

log = structlog.get_logger(__name__)
ProviderKind = Literal["sportsbook", "games", "wallet"]
KINDS: tuple[ProviderKind, ...] = ("sportsbook", "games", "wallet")
PORTS = "ports.json"
SECRET = "the secret of a simulated provider"  # noqa: S105 - it guards nothing but the simulation


@dataclass(frozen=True, slots=True)
class ServedProvider:
    """A running provider: its URL, and the handler with its books and faults."""

    kind: ProviderKind
    url: str
    handler: ProviderHandler


def create_simulated(
    kind: ProviderKind, handler: ProviderHandler, accounts: WalletAccounts | None = None
) -> FastAPI:
    """Return the application of a provider of a kind."""
    match kind:
        case "sportsbook":
            return create_provider(SPORTSBOOK, handler, SECRET)
        case "games":
            return create_provider(GAMES, handler, SECRET)
        case "wallet":
            return create_wallet(handler, SECRET, accounts or WalletAccounts())


@asynccontextmanager
async def serving_provider(
    kind: ProviderKind,
    folder: Path,
    *,
    port: int = 0,
    clock: Clock | None = None,
    accounts: WalletAccounts | None = None,
) -> AsyncIterator[ServedProvider]:
    """Serve one provider with its books in `folder`; port 0 means any free port.

    Raises:
        OSError: The address is taken.
    """
    faults, clock = ProviderFaults(), clock or SystemClock()
    with Books(folder / f"{kind}.sqlite") as books, listen("127.0.0.1", port) as listener:
        handler = ProviderHandler(books, faults, clock.now, clock.machine.now)
        app = create_simulated(kind, handler, accounts)
        async with serving(app, listener, before_stop=faults.hanging.release) as url:
            yield ServedProvider(kind, url, handler)


@asynccontextmanager
async def serving_providers(
    folder: Path, clock: Clock | None = None
) -> AsyncIterator[dict[ProviderKind, ServedProvider]]:
    """Serve one provider of each kind, on the ports of the last time as long as they are free.

    Configurations of providers name their addresses, so these must survive a restart.
    """
    async with AsyncExitStack() as stack:
        served = {
            kind: await _enter(stack, kind, folder, port, clock) for kind, port in _ports(folder).items()
        }
        ports = {kind: urlsplit(one.url).port for kind, one in served.items()}
        (folder / PORTS).write_text(json.dumps(ports))
        yield served


async def _enter(
    stack: AsyncExitStack, kind: ProviderKind, folder: Path, port: int, clock: Clock | None
) -> ServedProvider:
    try:
        return await stack.enter_async_context(serving_provider(kind, folder, port=port, clock=clock))
    except OSError as error:
        if port == 0 or error.errno != errno.EADDRINUSE:
            raise
        log.warning("the port of a simulated provider is taken: it gets another one", kind=kind, port=port)
        return await stack.enter_async_context(serving_provider(kind, folder, clock=clock))


def _ports(folder: Path) -> dict[ProviderKind, int]:
    """Return the port of each provider the last time; 0 before."""
    try:
        known = json.loads((folder / PORTS).read_text())
    except FileNotFoundError:
        known = {}
    return {kind: int(known.get(kind, 0)) for kind in KINDS}
