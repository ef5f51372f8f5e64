"""`furlong seamless …`: games of an aggregator that play against our wallet."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from furlong.cli.options import address, database_settings, fail, log_to_stderr, read_settings, running_clock
from furlong.cli.own_databases import check_databases

cli = typer.Typer(no_args_is_help=True, help="Games of an aggregator, played with customers' money.")


@cli.callback()
def _several() -> None:
    """Keep `serve` a command of its own."""


@cli.command()
def serve(
    *,
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where to serve.")] = "127.0.0.1:4011",
) -> None:
    """Serve Hub88's operator API to who signs with a key of FURLONG_SEAMLESS_PUBLIC_KEY_FILES."""
    from furlong.cli.long_work import stop_on_signals
    from furlong.serve.http_server import listen as open_listener
    from furlong.serve.http_server import serving
    from furlong.workers.money.seamless_server import open_seamless_server
    from subgraphs.wallet.aggregator.settings import SeamlessSettings

    log_to_stderr()
    settings, databases = read_settings(SeamlessSettings), database_settings()
    check_databases("wallet")

    async def work() -> None:
        async with open_seamless_server(databases, running_clock(), settings) as app:
            listener = open_listener(*address(listen))
            with stop_on_signals() as stop:
                async with serving(app, listener):
                    typer.echo(f"Serving an aggregator's games at http://{listen}")
                    await stop.wait()

    try:
        asyncio.run(work())
    except (ValueError, OSError) as error:
        fail(error)
