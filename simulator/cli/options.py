"""What commands share: the clock, the world, the brokers, and when to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from foundation.storage.clock import Clock
    from simulator.kafka.traffic import Source
    from simulator.world import World


@dataclass(frozen=True, slots=True)
class Installation:
    """What the calling command line knows of an installation.

    Attributes:
        clock: Returns its clock.
        sources: Returns what its blocks publish.
    """

    clock: Callable[[], Clock]
    sources: Callable[[], tuple[Source, ...]]


WorldFile = Annotated[
    Path | None,
    typer.Option(
        "--world",
        metavar="FILE",
        help="Another world: a file like simulator/world.yaml, or one that `furlong load` reads.",
    ),
]


def clock_of(ctx: typer.Context) -> Clock:
    """Return the clock of the calling command line, or the one that the environment configures."""
    from foundation.storage.rehearsal import product_clock
    from foundation.storage.settings import ClockSettings

    installation: Installation | None = ctx.obj
    try:
        return installation.clock() if installation else product_clock(ClockSettings())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="FURLONG_CLOCK_…") from error


@contextmanager
def brokers(kafka: str) -> Iterator[None]:
    """End the command with a sentence if no broker answers."""
    from aiokafka.errors import KafkaError

    try:
        yield
    except KafkaError as fault:
        typer.echo(f"furlong: Kafka does not answer at {kafka}: {fault}", err=True)
        raise typer.Exit(1) from fault


def known_world(path: Path | None) -> World:
    """Return the world of a file, or the one that comes with the simulator."""
    from simulator.world import WorldFileError, read_world

    try:
        return read_world(path)
    except WorldFileError as error:
        raise typer.BadParameter(str(error), param_hint="--world") from error


def stop_event() -> asyncio.Event:
    """Return an event that Ctrl-C or SIGTERM sets."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
