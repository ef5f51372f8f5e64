"""`furlong simulator …`: the simulator's own commands, with the clock of the installation."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

import typer

from furlong.cli.options import product_clock
from furlong.demo import READY_FILE
from simulator.cli import Installation
from simulator.cli import cli as simulator_cli
from subgraphs.block_list import BLOCKS

if TYPE_CHECKING:
    from simulator.kafka.traffic import Source


def know_installation(ctx: typer.Context) -> None:
    """Give the simulator clock and sources; single bets go to the demo in this folder, if one runs."""
    ctx.obj = Installation(product_clock, _sources)
    with suppress(OSError, ValueError, KeyError):  # read without its model, whose imports no help needs
        ctx.default_map = {"bet": {"kafka": json.loads(READY_FILE.read_text())["kafka"]}}


def _sources() -> tuple[Source, ...]:
    return tuple(block.source for block in BLOCKS if block.simulated)


cli = typer.Typer(callback=know_installation, help="Stand in for the upstream.", no_args_is_help=True)
cli.registered_commands += simulator_cli.registered_commands
cli.registered_groups += simulator_cli.registered_groups
