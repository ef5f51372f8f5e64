"""`furlong simulator …`: the simulator's own commands, with the clock of the installation."""

from __future__ import annotations

import json
from contextlib import suppress

import typer

from furlong.cli.options import product_clock
from furlong.demo import READY_FILE
from simulator.cli import cli as simulator_cli


def know_installation(ctx: typer.Context) -> None:
    """Say where the simulator gets the clock; single bets go to the demo in this folder, if one runs."""
    ctx.obj = product_clock
    with suppress(OSError, ValueError, KeyError):  # read without its model, whose imports no help needs
        ctx.default_map = {"bet": {"kafka": json.loads(READY_FILE.read_text())["kafka"]}}


cli = typer.Typer(callback=know_installation, help="Stand in for the upstream.", no_args_is_help=True)
cli.registered_commands += simulator_cli.registered_commands
cli.registered_groups += simulator_cli.registered_groups
