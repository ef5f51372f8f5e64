"""Serves the simulated providers over HTTP, for the duration of a block or as a command."""

import asyncio
import errno
import json
import pkgutil
import signal
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import structlog
import typer
import yaml

from foundation.storage.clock import Clock, SystemClock
from foundation.storage.rehearsal import announce_rehearsal
from simulator.providers import apis
from simulator.providers.api import SimulatedApi, WalletAccounts
from simulator.providers.faults import ProviderFaults
from simulator.providers.handler import ProviderHandler
from simulator.providers.ledger import Ledger
from simulator.server import listen, serving
from subgraphs.club_kit.domain.reward_kinds.kind import Payer
from subgraphs.club_kit.domain.reward_kinds.registry import RewardKind, paid_by

log = structlog.get_logger(__name__)
PORTS = "ports.json"
SECRET = "the secret of a simulated provider"  # noqa: S105 - it guards nothing but the simulation


def _read_apis() -> Mapping[str, SimulatedApi]:
    names = [module.name for module in pkgutil.iter_modules(apis.__path__)]
    declared: dict[str, SimulatedApi] = {name: import_module(f"{apis.__name__}.{name}").API for name in names}
    places = {payer: place for place, payer in enumerate(Payer)}
    return dict(
        sorted(declared.items(), key=lambda item: (places[item[1].payer], item[0] != item[1].payer, item[0]))
    )


APIS: Final = _read_apis()
"""The APIs by name; of each sort of company first the one that is named after the sort."""


@dataclass(frozen=True, slots=True)
class ServedProvider:
    """A running provider of an API: its URL, and the handler with its ledger and faults."""

    kind: str
    url: str
    handler: ProviderHandler


@asynccontextmanager
async def serving_provider(
    kind: str,
    folder: Path,
    *,
    port: int = 0,
    clock: Clock | None = None,
    accounts: WalletAccounts | None = None,
) -> AsyncIterator[ServedProvider]:
    """Serve one provider with its ledger in `folder`; port 0 means any free port.

    Raises:
        OSError: The address is taken.
    """
    faults, clock = ProviderFaults(), clock or SystemClock()
    with Ledger(folder / f"{kind}.sqlite") as ledger, listen("127.0.0.1", port) as listener:
        handler = ProviderHandler(ledger, faults, clock.now, clock.machine.now)
        app = APIS[kind].create(handler, SECRET, accounts or WalletAccounts())
        async with serving(app, listener, before_stop=faults.hanging.release) as url:
            yield ServedProvider(kind, url, handler)


@asynccontextmanager
async def serving_providers(
    folder: Path, clock: Clock | None = None, names: Iterable[str] = APIS
) -> AsyncIterator[dict[str, ServedProvider]]:
    """Serve one provider of each of some APIs, on the ports of the last time as long as they are free.

    Configurations of providers name their addresses, so these must survive a restart.
    """
    async with AsyncExitStack() as stack:
        served = {
            kind: await _enter(stack, kind, folder, port, clock)
            for kind, port in _ports(folder, names).items()
        }
        ports = {kind: urlsplit(provider.url).port for kind, provider in served.items()}
        (folder / PORTS).write_text(json.dumps(ports))
        yield served


async def _enter(
    stack: AsyncExitStack, kind: str, folder: Path, port: int, clock: Clock | None
) -> ServedProvider:
    try:
        return await stack.enter_async_context(serving_provider(kind, folder, port=port, clock=clock))
    except OSError as error:
        if port == 0 or error.errno != errno.EADDRINUSE:
            raise
        log.warning("the port of a simulated provider is taken: it gets another one", kind=kind, port=port)
        return await stack.enter_async_context(serving_provider(kind, folder, clock=clock))


def _ports(folder: Path, names: Iterable[str]) -> dict[str, int]:
    """Return the port of each provider the last time; 0 before."""
    try:
        known = json.loads((folder / PORTS).read_text())
    except FileNotFoundError:
        known = {}
    return {kind: int(known.get(kind, 0)) for kind in names}


SECRET_NAME = "simulated"  # noqa: S105 - a name


def providers(data: Path, config: Path, clock: Clock) -> None:
    """Serve a provider of each kind until Ctrl-C or SIGTERM, and write their configuration to `config`."""
    announce_rehearsal(clock)
    data.mkdir(parents=True, exist_ok=True)
    asyncio.run(_serve(data, config, clock))


async def _serve(data: Path, config: Path, clock: Clock) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving_providers(data, clock) as served:
        write_entries(config, provider_entries(served.values()))
        typer.echo(f"FURLONG_FULFILMENT_PROVIDERS={config}")
        typer.echo(f"FURLONG_FULFILMENT_SECRETS='{json.dumps({SECRET_NAME: SECRET})}'")
        await stop.wait()
    typer.echo("stopped")


def write_entries(config: Path, entries: list[dict[str, object]]) -> None:
    """Write a providers' file."""
    config.write_text(yaml.safe_dump({"providers": entries}, sort_keys=False))


def provider_entries(served: Iterable[ServedProvider]) -> list[dict[str, object]]:
    """Return the entries of the providers' file for simulated providers."""
    return [
        {
            "name": f"simulated-{provider.kind}",
            "adapter": provider.kind,
            "url": provider.url,
            "secret": SECRET_NAME,
            "kinds": [kind.value for kind in usual_kinds(provider.kind)],
        }
        for provider in served
    ]


def usual_kinds(api: str) -> tuple[RewardKind, ...]:
    """Return the kinds of reward that companies with an API usually pay; all that they can if none."""
    payer = APIS[api].payer
    return tuple(kind for kind in RewardKind if kind.rules.payers[0] is payer) or paid_by(payer)
