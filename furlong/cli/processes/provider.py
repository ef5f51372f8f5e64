"""`furlong provider run`: the process of one adapter, beside the commands for providers of all kinds."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from furlong.cli.operations.backoffice.adapters import cli
from furlong.cli.options import address, fail, log_to_stderr, running_clock, stream_settings
from furlong.cli.processes.workers import Listen, run_until

__all__ = ["cli"]


@cli.command()
def run(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The adapter, such as exchange.")],
    listen: Listen = None,
) -> None:
    """Follow a provider that has a process of its own, and publish what it knows, until stopped."""
    from foundation.late_imports import NotInstalled
    from furlong.workers.provider_worker import ProviderParts, run_provider
    from providers.registry import UnknownAdapter, find_adapter
    from providers.settings import ProviderSettings
    from subgraphs.kit.live.settings import RedisSettings

    log_to_stderr()
    try:
        adapter = find_adapter(name)
    except UnknownAdapter as error:
        fail(error)
    parts = ProviderParts(ProviderSettings(), stream_settings(), RedisSettings(), running_clock())

    async def work() -> None:
        from furlong.cli.long_work import stop_on_signals
        from furlong.serve.http_server import listen as open_listener

        listener = open_listener(*address(listen)) if listen else None
        with stop_on_signals() as stop:
            await run_until(stop, run_provider(adapter, parts, listener))

    try:
        asyncio.run(work())
    except (NotInstalled, OSError) as error:
        fail(error)
