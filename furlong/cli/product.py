"""All commands except the gateway's, which does not need the rest of the product."""

import typer

from furlong.cli import jit
from furlong.cli.install import backup, clock, crm_import, db, setup
from furlong.cli.operations import (
    customer,
    deadletters,
    fulfilment,
    liability,
    reconcile,
    review,
    reward,
    week,
)
from furlong.cli.options import product_clock
from furlong.cli.processes import consume, demo, serve, subgraph, workers
from simulator.cli import cli as simulator_cli

product = typer.Typer()
product.command()(demo.demo)
product.command()(serve.serve)
product.command()(consume.consume)
product.add_typer(setup.topics, name="topics")
product.command()(setup.load)
product.command()(setup.token)
product.command()(setup.settings)
product.command()(backup.backup)
product.command("restore")(backup.restore_backup)
product.command()(backup.recover)
product.add_typer(db.cli, name="db")
product.add_typer(reconcile.cli, name="reconcile")
product.add_typer(review.cli, name="review")
product.add_typer(subgraph.cli, name="subgraph")
product.add_typer(deadletters.cli, name="deadletters")
product.add_typer(workers.cli, name="worker")
product.add_typer(week.cli, name="week")
product.add_typer(reward.cli, name="reward")
product.add_typer(customer.cli, name="customer")
product.add_typer(crm_import.cli, name="import")
product.add_typer(fulfilment.cli, name="fulfilment")
product.command()(liability.liability)
product.add_typer(jit.cli, name="jit")
product.add_typer(clock.cli, name="clock")


def _simulator(ctx: typer.Context) -> None:
    """Give the simulator the clock of the installation, or of the demo that runs in this folder."""
    ctx.obj = product_clock()


product.add_typer(
    simulator_cli, name="simulator", callback=_simulator, help="Stand in for the upstream squad."
)
