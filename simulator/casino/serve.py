"""Serves simulated providers of casino games: each at an address of its own, control requests at another."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
import structlog
from starlette.applications import Starlette

from foundation.storage.clock import Clock, SystemClock
from simulator.casino.catalogue import Provider, load_catalogue
from simulator.casino.control import control_app
from simulator.casino.faults import CasinoFaults
from simulator.casino.game_pages import GamePages
from simulator.casino.keys import ProviderKeys
from simulator.casino.operator_api import OperatorApi
from simulator.casino.play_api import PlayApi
from simulator.casino.rounds import COLLECT_SECONDS, Rounds
from simulator.casino.sending import Sender
from simulator.casino.store import Store
from simulator.casino.wallet_client import Wallet, WalletClient
from simulator.server import listen, serving

HOST: Final = "127.0.0.1"
log = structlog.get_logger("casino")


@dataclass(frozen=True, slots=True)
class PartnerWallet:
    """The wallet of a partner that keeps its customers' money itself.

    Attributes:
        url: Its address.
        key: The file of the public key by which it signs answers.
    """

    url: str
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class CasinoSettings:
    """How providers are played.

    Attributes:
        wallet: The address of the operator's wallet: `furlong seamless serve`.
        partner_wallets: The wallets of partners that have one of their own, by `sub_partner_id`.
        operator_key: The file of the operator's public key; by default one that is made in the folder.
        operator_id: The operator's number at both providers.
        port: The first provider's on the loopback, the others' follow; 0 for any free ones.
        ports: Those of providers by their names, where they are known.
        control: The port of control requests; 0 for any free one.
        seed: Makes outcomes repeatable; None for outcomes that nobody can foretell.
        collect_seconds: After how long an open win is collected for the player.
        timeout_seconds: How long the wallet has for an answer.
        first_pause_seconds: How long after the first attempt the wallet is told again of a win or rollback.
        look_seconds: How long the pauses are in which nobody looks for what is due.
        clock: By which rounds are timed.
        transport: Leads to the wallet in tests; by default, the network.
    """

    wallet: str
    partner_wallets: Mapping[str, PartnerWallet] = field(default_factory=dict)
    operator_key: Path | None = None
    operator_id: int = 1
    port: int = 0
    ports: Mapping[str, int] = field(default_factory=dict)
    control: int = 0
    seed: int | None = None
    collect_seconds: float = COLLECT_SECONDS
    timeout_seconds: float = 5.0
    first_pause_seconds: float = 1.0
    look_seconds: float = 0.2
    clock: Clock = field(default_factory=SystemClock)
    transport: httpx.AsyncBaseTransport | None = None


@dataclass(frozen=True, slots=True)
class ServedCasino:
    """Running providers: what each plays, its faults and address, and the address of control requests."""

    rounds: Mapping[str, Rounds]
    faults: Mapping[str, CasinoFaults]
    urls: Mapping[str, str]
    control_url: str


@asynccontextmanager
async def serving_casino(folder: Path, settings: CasinoSettings) -> AsyncIterator[ServedCasino]:
    """Serve the providers on the loopback; what they know is in the folder, and survives them.

    Raises:
        OSError: An address is taken, or a file cannot be read or written.
        ValueError: A file has no key of RSA.
    """
    async with AsyncExitStack() as stack:
        store = stack.enter_context(Store(folder))
        http = await stack.enter_async_context(
            httpx.AsyncClient(
                base_url=settings.wallet, timeout=settings.timeout_seconds, transport=settings.transport
            )
        )
        source = random.SystemRandom() if settings.seed is None else random.Random(settings.seed)  # noqa: S311
        rounds: dict[str, Rounds] = {}
        urls: dict[str, str] = {}
        faults: dict[str, CasinoFaults] = {}
        for index, provider in enumerate(load_catalogue().providers):
            name = provider.name
            faults[name] = CasinoFaults()
            keys = await asyncio.to_thread(ProviderKeys.of, folder, name, settings.operator_key)
            partners = await _partner_wallets(folder, name, settings, stack)
            wallet = WalletClient(http, keys, faults[name], partners)
            sender = Sender(name, store, wallet, settings.clock, settings.first_pause_seconds)
            rounds[name] = _rounds(provider, store, sender, source, settings)
            rounds[name].resume()
            port = settings.ports.get(name) or (settings.port and settings.port + index)
            urls[name] = await stack.enter_async_context(
                _serving_provider(rounds[name], faults[name], port, settings.operator_id)
            )
            await stack.enter_async_context(_looking(rounds[name], settings.look_seconds))
        listener = stack.enter_context(listen(HOST, settings.control))
        control = serving(control_app(rounds, faults), listener, before_stop=lambda: None)
        yield ServedCasino(rounds, faults, urls, await stack.enter_async_context(control))


async def _partner_wallets(
    folder: Path, name: str, settings: CasinoSettings, stack: AsyncExitStack
) -> dict[str, Wallet]:
    """Return the wallets of partners as a provider asks them."""
    wallets = {}
    for partner, at in settings.partner_wallets.items():
        http = httpx.AsyncClient(base_url=at.url, timeout=settings.timeout_seconds)
        keys = await asyncio.to_thread(ProviderKeys.of, folder, name, at.key)
        wallets[partner] = Wallet(await stack.enter_async_context(http), keys)
    return wallets


def _rounds(
    provider: Provider, store: Store, sender: Sender, source: random.Random, settings: CasinoSettings
) -> Rounds:
    return Rounds(
        provider=provider,
        catalogue=load_catalogue(),
        store=store,
        sender=sender,
        clock=settings.clock,
        source=source,
        collect_seconds=settings.collect_seconds,
    )


@asynccontextmanager
async def _serving_provider(
    rounds: Rounds, faults: CasinoFaults, port: int, operator_id: int
) -> AsyncIterator[str]:
    operator, pages = OperatorApi(rounds, faults, operator_id), PlayApi(rounds)
    app = Starlette(routes=[*operator.routes(), *pages.routes(), *GamePages(pages).routes()])
    with listen(HOST, port) as listener:
        async with serving(app, listener, before_stop=faults.hanging.release) as url:
            operator.base = url
            yield url


@asynccontextmanager
async def _looking(rounds: Rounds, seconds: float) -> AsyncIterator[None]:
    """Collect and send what is due while the block lasts."""

    async def look() -> None:
        while True:
            try:
                await rounds.collect_due()
                await rounds.sender.send_due()
            except Exception:  # money that is owed is owed after a fault, too
                log.exception("casino_failed", provider=rounds.provider.name)
            await asyncio.sleep(seconds)

    task = asyncio.create_task(look())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
