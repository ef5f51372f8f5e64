"""`furlong demo`: the whole product in one process, until it is stopped."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Final

import typer

from furlong.cli.json_lists import echo_table
from furlong.cli.long_work import stop_on_signals
from furlong.cli.options import fail, log_to_stderr
from furlong.cli.processes.demo_greeting import greeting, greeting_of_mock
from furlong.demo import READY_FILE

if TYPE_CHECKING:
    from furlong.demo.process import DemoOptions

WITH_DATA: Final = (
    "data",
    "at",
    "backwards",
    "scenario",
    "traffic",
    "cells",
    "database",
    "origin",
    "analytics",
)
"""Options that make no sense for mocked answers."""


def demo(
    context: typer.Context,
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the page and the graph; 0 for a free one.")
    ] = 8000,
    backoffice_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Port of the back office; 0 for a free one.",
            show_default="--port + 100, or a free one",
        ),
    ] = None,
    traffic: Annotated[bool, typer.Option(help="Let simulated customers bet.")] = True,
    data: Annotated[Path, typer.Option(help="The folder that keeps the databases across restarts.")] = Path(
        ".furlong/data"
    ),
    ready_file: Annotated[
        Path, typer.Option(help="File that is written when everything is ready, and removed at the end.")
    ] = READY_FILE,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="INSTANT",
            help="Start at this time, such as 2026-04-09T18:00+01:00; `furlong clock` moves it on.",
        ),
    ] = None,
    backwards: Annotated[
        bool, typer.Option("--backwards", help="Accept an --at that is before the time of the data.")
    ] = False,
    scenario: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Begin with a customer in this situation, in April 2026 and with data of its own; "
            "or run it in this way: our-wallet, operator-wallet, frames. `list` shows them.",
        ),
    ] = None,
    cells: Annotated[
        int | None,
        typer.Option(
            min=2, max=4, help="Split the customers into this many cells, behind a router; without payments."
        ),
    ] = None,
    database: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CELL=URL",
            help="With --cells: the MariaDB of a cell, which can be moved; may be repeated.",
        ),
    ] = None,
    host_name: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A host name, or NAME:PORT, of a proxy in front: the demo answers only to its own names.",
        ),
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            help="An origin whose pages may show the club, besides all pages of this machine; "
            "may be repeated.",
        ),
    ] = None,
    analytics: Annotated[
        bool,
        typer.Option("--analytics", help="Gather what happens, after weeks of made history, for reports."),
    ] = False,
    mock: Annotated[
        bool,
        typer.Option("--mock", help="Answer from the schema alone, without Kafka, databases and customers."),
    ] = False,
    seed: Annotated[int, typer.Option(help="With --mock: another seed gives other answers.")] = 1,
) -> None:
    """Run the whole product in one process on embedded parts: no server to install.

    Customers pay at a simulated processor, whose page offers cards that pay and cards that do not.
    """
    os.umask(0o077)  # the data and the ready file have keys, sessions and passwords
    names = tuple(host_name or ())
    if mock:
        _mock(context, port, ready_file, seed, names)
        return
    if _is_given(context, "seed"):
        fail("--seed needs --mock: all other answers come from the product's own data")
    if scenario == "list":
        _list_scenarios()
        return
    if scenario is not None and cells:
        fail("a scenario plays without cells: omit --cells or --scenario")
    if database and not cells:
        fail("--database needs --cells: a demo without cells keeps its databases in --data")
    if analytics:
        _require_analytics()
    began = time.monotonic()
    print("Starting the demo … ", end="", flush=True)
    from sqlalchemy.exc import SQLAlchemyError

    from foundation.storage.errors import CellMismatch, InvalidCell
    from foundation.storage.rehearsal import ClockError, parse_instant

    log_to_stderr(quiet=True)
    # The modules live as long as the process: looking for garbage in them is a fifth of the start.
    gc.disable()
    from furlong.demo.cells import data_of
    from furlong.demo.first_state import NotReadyError
    from furlong.demo.process import DemoOptions
    from furlong.demo.ready_file import DemoRuns
    from furlong.demo.scenarios import ScenarioError

    try:
        moment = parse_instant(at) if at else None
        folder = data_of(data, cells or 0)
        options = DemoOptions(port, traffic, folder, ready_file, moment, backwards, host_names=names)
        options = replace(options, origins=_origins(origin or ()))
        options = replace(options, backoffice_port=backoffice_port, analytics=analytics)
        if cells:
            options = replace(options, cells=cells, databases=_databases(database or ()))
        with ExitStack() as stack:
            if scenario is not None:
                options = _in_scenario(options, scenario, stack)
            asyncio.run(_until_stopped(_running(options), began))
    except (
        OSError,
        SQLAlchemyError,
        InvalidCell,
        CellMismatch,
        NotReadyError,
        ClockError,
        ScenarioError,
        DemoRuns,
    ) as error:
        print()
        fail(f"the demo did not start: {_reason(error, port)}")


def _require_analytics() -> None:
    from analytics.engine import require_installed
    from analytics.errors import NotInstalled

    try:
        require_installed()
    except NotInstalled as error:
        fail(f"{error}; in a clone, make demo ARGS=--analytics does it")


def _reason(error: Exception, port: int) -> str:
    """Say why the demo did not start, and what to do if that is known."""
    text = str(error)
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f'port {port} is in use: choose another by --port, or make demo ARGS="--port {port + 1}"'
    if "disk is full" in text or (isinstance(error, OSError) and error.errno == errno.ENOSPC):
        return "the disk is full: free some space and start it again, or choose another folder by --data"
    return text


def _databases(given: Sequence[str]) -> dict[str, str]:
    """Return the URLs of databases by cell."""
    split = [text.partition("=") for text in given]
    if any(not (cell and url) for cell, _, url in split):
        fail("write --database as CELL=URL, such as c1=mysql+aiomysql://USER:PASSWORD@HOST:PORT/furlong_c1")
    return {cell: url for cell, _, url in split}


def _origins(given: Sequence[str]) -> tuple[str, ...]:
    """Return the origins that `--origin` names."""
    from foundation.origins import checked_exact_origin
    from furlong.embedding.settings import EmbedSettings

    if given and EmbedSettings().file is not None:
        fail("the origins are those of FURLONG_EMBED_FILE: add them there, or omit --origin")
    try:
        return tuple(checked_exact_origin(text) for text in given)
    except ValueError as error:
        fail(f"--origin: {error}")


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"


def _mock(context: typer.Context, port: int, ready_file: Path, seed: int, names: tuple[str, ...]) -> None:
    """Run the demo of mocked answers until a signal."""
    given = [f"--{name}" for name in WITH_DATA if _is_given(context, name)]
    if given:
        fail(f"--mock has no data, clock or customers, so that {', '.join(given)} would have no effect")
    log_to_stderr(quiet=True)
    from furlong.demo.mock.server import MockOptions, running_mock
    from furlong.demo.ready_file import DemoRuns, only_demo

    @asynccontextmanager
    async def running() -> AsyncIterator[str]:
        async with running_mock(MockOptions(port, ready_file, seed, names)) as facts:
            yield greeting_of_mock(facts, ready_file)

    try:
        with only_demo(ready_file):
            asyncio.run(_until_stopped(running()))
    except (OSError, DemoRuns) as error:
        fail(f"the demo did not start: {_reason(error, port)}")


def _list_scenarios() -> None:
    from furlong.demo.scenarios import read_scenarios
    from furlong.demo.ways import Way

    listed = {way.value: way.says for way in Way}
    listed |= {scenario.name: scenario.says for scenario in read_scenarios()}
    echo_table(("scenario", "what one sees"), listed.items())


def _in_scenario(options: DemoOptions, name: str, stack: ExitStack) -> DemoOptions:
    """Return the options with a scenario: a way to run it, or a situation.

    A situation begins at its own time, in a new folder.

    Raises:
        ScenarioError: There is no such scenario, or another time is asked for.
    """
    from furlong.demo.scenarios import (
        START,
        ScenarioError,
        read_scenario,
    )
    from furlong.demo.ways import way_called

    way = way_called(name)
    if way is not None:
        return replace(options, way=way, data=way.data_of(options.data))
    if options.at is not None:
        raise ScenarioError("a scenario has its own time: omit --at, and use `furlong clock advance`")
    folder = stack.enter_context(TemporaryDirectory(prefix="furlong-scenario-"))
    return replace(options, data=Path(folder) / "data", at=START, scenarios=(read_scenario(name),))


async def _until_stopped(demo: AbstractAsyncContextManager[str], began: float | None = None) -> None:
    """Run a demo, whose greeting is printed, until a signal; a signal during the start ends the start.

    Args:
        demo: The demo.
        began: When it began to start, on the monotonic clock; None not to print how long it took.
    """
    from foundation.garbage_collection import freeze_long_lived_objects

    async def run() -> None:
        async with demo as greeting:
            freeze_long_lived_objects(collect=False)
            gc.enable()
            if began is not None:
                print(f"{time.monotonic() - began:.1f} s")
            print(greeting, flush=True)
            if not running.cancelling():  # else a driver that was connecting has swallowed the cancellation
                await asyncio.Event().wait()

    with stop_on_signals() as stop:
        running = asyncio.create_task(run())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@asynccontextmanager
async def _running(options: DemoOptions) -> AsyncIterator[str]:
    from furlong.demo.process import running_demo
    from furlong.demo.processes import running_analytics
    from furlong.demo.ready_file import make_private, only_demo

    with only_demo(options.ready_file, make_private(options.data)):
        async with (
            running_demo(options) as facts,
            running_analytics(options.ready_file, Path(facts.data), wanted=options.analytics),
        ):
            yield greeting(facts, options)
