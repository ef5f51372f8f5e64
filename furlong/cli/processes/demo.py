"""`furlong demo`: the whole product in one process, until it is stopped."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from furlong.cli.options import fail, log_to_stderr
from furlong.cli.signals import stop_on_signals
from furlong.demo.ready_file import DEFAULT, DemoFacts
from storage.rehearsal import ClockError, RehearsalClock, parse_instant

if TYPE_CHECKING:
    from furlong.demo.process import DemoOptions


def demo(
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the page and the graph; 0 for a free one.")
    ] = 8000,
    traffic: Annotated[bool, typer.Option(help="Let simulated customers bet.")] = True,
    data: Annotated[Path, typer.Option(help="Where databases are kept across restarts.")] = Path(
        ".furlong/data"
    ),
    ready_file: Annotated[
        Path, typer.Option(help="Written when everything is ready, removed at the end.")
    ] = DEFAULT,
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
) -> None:
    """Run the whole product in one process on embedded parts: no server to install."""
    log_to_stderr(quiet=True)
    from furlong.demo.first_state import NotReadyError  # noqa: PLC0415 - other commands do without the demo
    from furlong.demo.process import DemoOptions  # noqa: PLC0415 - the same

    try:
        moment = parse_instant(at) if at else None
        asyncio.run(_demo(DemoOptions(port, traffic, data, ready_file, moment, backwards)))
    except (OSError, NotReadyError, ClockError) as error:
        fail(f"the demo did not start: {error}")


async def _demo(options: "DemoOptions") -> None:
    """Run the demo until a signal; a signal during the start ends the start."""
    with stop_on_signals() as stop:
        running = asyncio.create_task(_run_demo(options))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def _run_demo(options: "DemoOptions") -> None:
    from furlong.demo.process import running_demo  # noqa: PLC0415 - other commands do without the demo

    async with running_demo(options) as facts:
        print(_greeting(facts, options), flush=True)
        await asyncio.Event().wait()


def _greeting(facts: DemoFacts, options: "DemoOptions") -> str:
    return "\n".join(
        [
            "",
            "  Furlong is ready.",
            "",
            f"    Bet-slip     {facts.url}/",
            f"    GraphiQL     {facts.graphql}",
            *_internal_graph(facts),
            f"    Kafka        {facts.kafka}   (embedded)",
            f"    Upstream     {facts.upstream}   (simulated; its API: /docs)",
            "",
            *_rehearsal(facts),
            f"  Customers and their tokens are in {options.ready_file}. Ctrl-C stops the demo.",
            "",
        ]
    )


def _internal_graph(facts: DemoFacts) -> list[str]:
    """Return where operators' tools find their variant of the graph."""
    if facts.internal is None:
        return []
    return [f"    Internal     {facts.internal.graphql}   (needs the key in the ready file)"]


def _rehearsal(facts: DemoFacts) -> list[str]:
    """Return what a visitor must know if the demo's time is moved."""
    if facts.clock is None:
        return []
    now = RehearsalClock(Path(facts.clock)).now()
    return [
        f"  REHEARSAL: it is {now:%A %Y-%m-%d %H:%M} UTC here. `furlong clock show` tells what comes next,",
        "  `furlong clock advance 2h` and `furlong clock advance --to lock` go there.",
        "",
    ]
