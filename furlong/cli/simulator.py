"""`furlong simulator …`: the simulator's own commands, with the clock of the installation."""

from __future__ import annotations

import typer

from furlong.cli.options import product_clock
from simulator.cli import cli as simulator_cli


def give_clock(ctx: typer.Context) -> None:
    """Say where the simulator gets the clock: the installation's, or that of the demo in this folder."""
    ctx.obj = product_clock


cli = typer.Typer(callback=give_clock, help="Stand in for the upstream.", no_args_is_help=True)
cli.registered_commands += simulator_cli.registered_commands
cli.registered_groups += simulator_cli.registered_groups
