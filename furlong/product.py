"""All commands of the product but the gateway's, which does without the rest."""

import typer

from furlong.commands import (
    clock,
    customer,
    db,
    deadletters,
    fulfilment,
    importing,
    install,
    jit,
    liability,
    reconcile,
    recovery,
    review,
    reward,
    running,
    subgraph,
    week,
    worker,
)
from furlong.commands.options import product_clock
from simulator.cli import cli as simulator_cli

product = typer.Typer()
running.register(product)
install.register(product)
recovery.register(product)
product.add_typer(db.cli, name="db")
reconcile.register(product)
product.add_typer(review.cli, name="review")
product.add_typer(subgraph.cli, name="subgraph")
product.add_typer(deadletters.cli, name="deadletters")
product.add_typer(worker.cli, name="worker")
product.add_typer(week.cli, name="week")
product.add_typer(reward.cli, name="reward")
product.add_typer(customer.cli, name="customer")
product.add_typer(importing.cli, name="import")
product.add_typer(fulfilment.cli, name="fulfilment")
product.command()(liability.liability)
product.add_typer(jit.cli, name="jit")
product.add_typer(clock.cli, name="clock")


def _simulator(ctx: typer.Context) -> None:
    """Gives the simulator the clock of the installation, or of the demo that runs in this folder."""
    ctx.obj = product_clock()


product.add_typer(
    simulator_cli, name="simulator", callback=_simulator, help="Stand in for the upstream squad."
)
