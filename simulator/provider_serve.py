"""Serves the providers over HTTP while a block lasts: a sportsbook, a game platform and a wallet."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import uvicorn
from fastapi import FastAPI

from simulator.provider import GAMES, SPORTSBOOK, create_provider
from simulator.provider_books import Books
from simulator.provider_desk import ProviderDesk
from simulator.provider_faults import ProviderFaults
from simulator.serve import SECONDS_TO_FINISH_REQUESTS, listen
from simulator.wallet import WalletAccounts, create_wallet
from storage.clock import Clock, SystemClock

ProviderKind = Literal["sportsbook", "games", "wallet"]
KINDS: tuple[ProviderKind, ...] = ("sportsbook", "games", "wallet")
SECRET = "the secret of a simulated provider"  # noqa: S105 - it guards nothing but the simulation


@dataclass(frozen=True, slots=True)
class ServedProvider:
    """A provider that answers: its address, its books and the faults that may be put in front of it."""

    kind: ProviderKind
    url: str
    desk: ProviderDesk


def create_simulated(
    kind: ProviderKind, desk: ProviderDesk, accounts: WalletAccounts | None = None
) -> FastAPI:
    """A provider of a kind over its books."""
    match kind:
        case "sportsbook":
            return create_provider(SPORTSBOOK, desk, SECRET)
        case "games":
            return create_provider(GAMES, desk, SECRET)
        case "wallet":
            return create_wallet(desk, SECRET, accounts or WalletAccounts())


@asynccontextmanager
async def serving_provider(
    kind: ProviderKind,
    folder: Path,
    *,
    port: int = 0,
    clock: Clock | None = None,
    accounts: WalletAccounts | None = None,
) -> AsyncIterator[ServedProvider]:
    """Serves one provider over the books in `folder`. Port 0 is any free one.

    Raises:
        OSError: if the address is taken.
    """
    faults, clock = ProviderFaults(), clock or SystemClock()
    with Books(folder / f"{kind}.sqlite") as books, listen("127.0.0.1", port) as listener:
        desk = ProviderDesk(books, faults, clock.now, clock.machine.now)
        config = uvicorn.Config(
            create_simulated(kind, desk, accounts),
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=SECONDS_TO_FINISH_REQUESTS,
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield ServedProvider(kind, f"http://127.0.0.1:{listener.getsockname()[1]}", desk)
        finally:
            faults.release()
            server.should_exit = True
            await serving


@asynccontextmanager
async def serving_providers(
    folder: Path, clock: Clock | None = None
) -> AsyncIterator[dict[ProviderKind, ServedProvider]]:
    """Serves one provider of each kind."""
    async with AsyncExitStack() as stack:
        yield {
            kind: await stack.enter_async_context(serving_provider(kind, folder, clock=clock))
            for kind in KINDS
        }


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it: it is one part of a process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
