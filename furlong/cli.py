"""The command line."""

import typer

from furlong.commands import (
    deadletters,
    fulfilment,
    importing,
    install,
    jit,
    reconcile,
    running,
    subgraph,
    week,
    worker,
)
from gateway.cli import cli as gateway_cli
from simulator.cli import cli as simulator_cli

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A rewards club for betting sites, served as one federated GraphQL graph. "
    "`furlong demo` runs all of it on embedded parts; `furlong settings` lists what can be set.",
)
running.register(app)
install.register(app)
reconcile.register(app)
app.add_typer(subgraph.cli, name="subgraph")
app.add_typer(deadletters.cli, name="deadletters")
app.add_typer(worker.cli, name="worker")
app.add_typer(week.cli, name="week")
app.add_typer(importing.cli, name="import")
app.add_typer(fulfilment.cli, name="fulfilment")
app.command()(fulfilment.liability)
app.add_typer(jit.cli, name="jit")
app.add_typer(gateway_cli, name="gateway")
app.add_typer(simulator_cli, name="simulator")
