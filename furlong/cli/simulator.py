"""`furlong simulator …`: the simulator's own commands, by the clock of the installation."""

import typer

from furlong.cli.options import product_clock
from simulator.cli import cli as simulator_cli


def give_clock(ctx: typer.Context) -> None:
    """Give the simulator the clock of the installation, or of the demo that runs in this folder."""
    ctx.obj = product_clock()


cli = typer.Typer(callback=give_clock, help="Stand in for the upstream squad.", no_args_is_help=True)
cli.registered_commands += simulator_cli.registered_commands
cli.registered_groups += simulator_cli.registered_groups
