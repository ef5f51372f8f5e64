"""The simulator's commands, in the order in which they are listed."""

import typer

from simulator.cli import casino, money, providers, upstream
from simulator.cli.options import Installation

__all__ = ["Installation", "cli"]

cli = typer.Typer(no_args_is_help=True, help="Stand in for the upstream.")
for command in (
    providers.providers,
    money.operator,
    providers.exchange,
    providers.feed,
    providers.content,
    money.payments,
    money.bank,
    casino.casino,
    upstream.serve,
    upstream.feeds,
    upstream.bet,
    upstream.customers,
    upstream.openapi,
):
    cli.command()(command)
