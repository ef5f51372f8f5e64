"""`furlong funds …`: customers' money for other processes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from furlong.cli.command_work import run
from furlong.cli.json_lists import AsJson, amount, echo_list
from furlong.cli.options import address, database_settings, fail, log_to_stderr, read_settings, running_clock
from furlong.cli.own_databases import check_databases

if TYPE_CHECKING:
    from subgraphs.kit.known_reservations import Known

cli = typer.Typer(no_args_is_help=True, help="Customers' money for other processes: serve it, compare it.")


@cli.command()
def serve(
    *,
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where to serve.")] = "127.0.0.1:4010",
) -> None:
    """Serve this installation's money at /funds to who signs with a key of FURLONG_FUNDS_KEYS_FILE."""
    from furlong.cli.long_work import stop_on_signals
    from furlong.serve.http_server import listen as open_listener
    from furlong.serve.http_server import serving
    from furlong.workers.money.funds_server import open_funds_server
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


@cli.command()
def reconcile(
    *,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="What a block knows: a reservation in each line, as JSON."),
    ] = None,
    bets_since: Annotated[
        datetime | None,
        typer.Option(
            metavar="TIME",
            formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"],
            help="Instead of a file: compare with our own bets, from this time (UTC) on.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List where the ledger and another block differ, as after a restore. Exits with 1 if they do.

    It also reads closed databases, and changes nothing.
    """
    from msgspec import to_builtins

    from furlong.bets_and_ledger import bets_and_ledger, compared_with
    from subgraphs.bets.settings import BetsSettings
    from subgraphs.kit.funds_settings import FundsSettings

    if (file is None) == (bets_since is None):
        fail("say what to compare with: either a FILE, or --bets-since TIME")
    known = _known(file) if file else []
    settings, clock = database_settings().entering_closed(), running_clock()
    if bets_since:
        elsewhere = frozenset(read_settings(FundsSettings).wallets) | read_settings(BetsSettings).elsewhere
        found = run(bets_and_ledger(settings, clock, bets_since.replace(tzinfo=UTC), elsewhere))
    else:
        found = run(compared_with(known, settings, clock))
    echo_list(
        found,
        as_json=as_json,
        heads=("reservation or settlement", "brand", "known there", "here", "amount"),
        cells=lambda lack: (lack.id, lack.brand, lack.known, lack.here, amount(lack.amount, lack.currency)),
        facts=to_builtins,
        nothing="The ledger has what is known there, and nothing else.",
    )
    if found:
        raise typer.Exit(1)


def _known(file: Path) -> list[Known]:
    """Return the reservations of a file; end the command if a line is none, or if there is none at all."""
    from msgspec import DecodeError, json

    from subgraphs.kit.known_reservations import Known

    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        fail(error)
    known = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                known.append(json.decode(line, type=Known))
            except (DecodeError, UnicodeDecodeError) as error:
                fail(f"{file}, line {number}: {error}")
    if not known:
        fail(f"{file} has no reservation: ask each block for those that it knows since the backup")
    return known
