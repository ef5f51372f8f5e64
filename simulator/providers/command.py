"""The command that serves the simulated providers."""

import asyncio
import json
import signal
from collections.abc import Iterable
from pathlib import Path

import typer
import yaml

from foundation.storage.clock import Clock
from foundation.storage.rehearsal import announce_rehearsal
from simulator.providers.serve import APIS, SECRET, ServedProvider, serving_providers
from subgraphs.kit.domain.reward_kinds.registry import RewardKind

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
            "name": f"simulated-{one.kind}",
            "adapter": one.kind,
            "url": one.url,
            "secret": SECRET_NAME,
            "kinds": [kind.value for kind in usual_kinds(one.kind)],
        }
        for one in served
    ]


def usual_kinds(api: str) -> tuple[RewardKind, ...]:
    """Return the kinds of reward that companies with an API usually pay."""
    return tuple(kind for kind in RewardKind if kind.rules.payers[0] is APIS[api].payer)
