"""Long work: progress if stderr is a terminal, the first items, and a clean end on Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import typer

SHOWN: Final = 20
"""How many items are printed unless all are asked for."""

Verbose = Annotated[bool, typer.Option("--verbose", help=f"Print every item, not only the first {SHOWN}.")]


@contextmanager
def working(description: str) -> Iterator[Callable[[], None]]:
    """Show on a terminal's stderr that work is running, for how long, and how often the result was called."""
    if not sys.stderr.isatty():
        yield _nothing
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.fields[done]}"))
    display = Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True)
    task = display.add_task(description, total=None, done="")
    count = 0

    def advance() -> None:
        nonlocal count
        count += 1
        display.update(task, done=f"{count:,}")

    with display:
        yield advance


class Items:
    """Prints the first items of long work, or all of them; at the end, how many were left out."""

    def __init__(self, *, verbose: bool) -> None:
        self._verbose = verbose
        self._count = 0

    def echo(self, line: str) -> None:
        """Print the line of an item, unless enough were printed."""
        self._count += 1
        if self._verbose or self._count <= SHOWN:
            typer.echo(line)

    def end(self) -> None:
        """Print how many items were not printed, if any."""
        if not self._verbose and self._count > SHOWN:
            typer.echo(f"… and {self._count - SHOWN:,} more; --verbose prints each.")


def _nothing() -> None:
    """Show nothing: there is no terminal."""


@contextmanager
def stop_on_signals() -> Iterator[asyncio.Event]:
    """Yield an event that SIGINT and SIGTERM set while the block runs."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
