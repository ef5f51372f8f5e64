"""`furlong backoffice …`: serving the back office, its accounts, and its schema."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from furlong.cli.long_work import stop_on_signals
from furlong.cli.operations.backoffice.user import cli as user_commands
from furlong.cli.options import (
    address,
    analytics_settings,
    backoffice_settings,
    database_settings,
    fail,
    log_to_stderr,
    product_clock,
    running_clock,
    stream_settings,
)
from furlong.cli.own_databases import check_databases

cli = typer.Typer(no_args_is_help=True, help="The back office: serve it; its accounts and its graph.")
cli.add_typer(user_commands, name="user")


@cli.command()
def serve(
    *,
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where to serve.")] = "127.0.0.1:8100",
) -> None:
    """Serve the back office: its screens, its graph and its sign-in, on a port of its own."""
    from pydantic import ValidationError

    from backoffice.app import create_backoffice
    from foundation.garbage_collection import freeze_long_lived_objects
    from furlong.analytics_questions import StoreQuestions
    from furlong.analytics_reports import report_source
    from furlong.serve.http_server import listen as open_listener
    from furlong.serve.http_server import serving
    from furlong.settings import ServeSettings

    log_to_stderr()
    check_databases(stream=stream_settings(), in_part=True)

    async def work() -> None:
        office = create_backoffice(
            database_settings(),
            backoffice_settings(),
            running_clock(),
            ServeSettings().page / "backoffice",
            stream=stream_settings(),
            reports=report_source(analytics_settings, running_clock()),
            questions=StoreQuestions(analytics_settings, running_clock()),
        )
        freeze_long_lived_objects()
        with stop_on_signals() as stop:
            async with serving(office.app, open_listener(*address(listen))):
                typer.echo(f"Serving http://{listen}/backoffice/")
                await stop.wait()

    try:
        asyncio.run(work())
    except (ValidationError, ValueError, OSError) as error:
        fail(error)


@cli.command()
def code(
    name: Annotated[str, typer.Argument(help="The login or the role of an account of the demo.")],
) -> None:
    """Print a code of an account of the demo in this folder, for scripts; each code works once.

    If the present codes are used, it waits for the next one, for at most half a minute.
    """
    from backoffice.base import create_base
    from furlong.demo import ready_file
    from furlong.demo.backoffice import code_of

    demo = ready_file.read()
    if demo is None or demo.backoffice is None:
        fail("no demo with a back office runs in this folder: other accounts have an authenticator")
    accounts = demo.backoffice.accounts
    account = next((account for account in accounts if name in {account.user, account.role}), None)
    if account is None:
        fail(f"there is no account {name!r}; there are {', '.join(account.user for account in accounts)}")

    async def work() -> str:
        base = create_base(database_settings(), backoffice_settings(), product_clock())
        try:
            return await code_of(base, account)
        finally:
            await base.database.close()

    typer.echo(asyncio.run(work()))


@cli.command()
def sdl() -> None:
    """Print the schema of the back office's graph."""
    from backoffice.areas import create_schema

    typer.echo(create_schema().as_str())
