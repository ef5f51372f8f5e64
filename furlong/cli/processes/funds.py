"""`furlong funds …`: customers' money for other processes."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from furlong.cli.options import address, database_settings, fail, log_to_stderr, read_settings, running_clock
from furlong.cli.own_databases import check_databases

cli = typer.Typer(no_args_is_help=True, help="Customers' money for other processes: serve it.")


@cli.callback()
def funds_group() -> None:
    """Make each command a subcommand."""


@cli.command()
def serve(
    *,
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where to serve.")] = "127.0.0.1:4010",
) -> None:
    """Serve this installation's money at /funds to who signs with a key of FURLONG_FUNDS_KEYS_FILE."""
    from furlong.cli.long_work import stop_on_signals
    from furlong.serve.http_server import listen as open_listener
    from furlong.serve.http_server import serving
    from furlong.workers.funds_server import open_funds_server
    from subgraphs.kit.funds_settings import FundsSettings

    log_to_stderr()
    settings, databases = read_settings(FundsSettings), database_settings()
    check_databases("wallet")

    async def work() -> None:
        async with open_funds_server(databases, running_clock(), settings) as app:
            listener = open_listener(*address(listen))
            with stop_on_signals() as stop:
                async with serving(app, listener):
                    typer.echo(f"Serving customers' money at http://{listen}/funds")
                    await stop.wait()

    try:
        asyncio.run(work())
    except (ValueError, OSError) as error:
        fail(error)
