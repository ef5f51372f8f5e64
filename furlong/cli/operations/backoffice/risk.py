"""`furlong risk …`: liability, forecast, budgets, cost by reward, the funnel, and profit and loss."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from furlong.cli.json_lists import AsJson, echo_json, echo_table, table
from furlong.cli.operations.backoffice.signed_in import User, run_as

if TYPE_CHECKING:
    from backoffice.access.actor import Actor
    from backoffice.figures.cell_ages import CellAge
    from backoffice.risk.area import RiskArea

cli = typer.Typer(
    no_args_is_help=True, help="Risk and money: liability, forecast, budgets, costs, funnel, profit and loss."
)
Brand = Annotated[str, typer.Argument(help="The brand.")]
Week = Annotated[str | None, typer.Option("--week", help="Such as 2026-W13; the present one by default.")]
Work = Callable[["RiskArea", "Actor"], Awaitable[Any]]


@cli.command()
def count(brand: Brand, *, week: Week = None, user: User) -> None:
    """Count the figures of a week now; the back office counts them every few seconds while it is served."""

    async def work(parts: RiskArea, actor: Actor) -> Any:
        return await parts.risk.count(actor, brand, week)

    found = _with_risk(user, work)
    typer.echo(
        f"{found.brand} {found.week.iso}: {found.opted_in} opted in, {found.qualified} qualified, "
        f"{found.chose} chose; counted in {found.seconds:.2f} s"
    )


@cli.command()
def liability(brand: Brand, *, user: User, as_json: AsJson = False) -> None:
    """Show what may still have to be paid, by week, stage and reward."""
    _show(user, "liability", {"brand": brand}, as_json=as_json)


@cli.command()
def cells(brand: Brand, *, user: User, as_json: AsJson = False) -> None:
    """Show when each cell counted its part of the figures, the oldest first."""

    async def work(parts: RiskArea, actor: Actor) -> Sequence[CellAge]:
        return (await parts.risk.liability(actor, brand)).cells

    found = _with_risk(user, work)
    if as_json:
        echo_json(found)
        return
    rows = [(one.cell, one.partitions, one.as_of) for one in found]
    echo_table(("cell", "partitions", "counted at"), rows, "No cell has counted.")


@cli.command()
def forecast(brand: Brand, *, user: User, as_json: AsJson = False) -> None:
    """Estimate how many rewards customers will earn in the current week."""
    _show(user, "forecast", {"brand": brand}, as_json=as_json)


@cli.command()
def funnel(brand: Brand, *, user: User, as_json: AsJson = False) -> None:
    """Show who opted in, qualified, chose, was credited and used the reward, by week."""
    _show(user, "funnel", {"brand": brand}, as_json=as_json)


@cli.command()
def profit(brand: Brand, *, user: User, as_json: AsJson = False) -> None:
    """Show turnover and cost by week and currency; the margin of the bets is not known."""
    _show(user, "profit", {"brand": brand}, as_json=as_json)


@cli.command()
def rewards(brand: Brand, *, week: Week = None, user: User, as_json: AsJson = False) -> None:
    """Show the cost of each reward by stage, of all weeks by default."""
    _show(user, "rewards", {"brand": brand, "isoWeek": week or ""}, as_json=as_json)


@cli.command()
def budgets(brand: Brand, *, week: Week = None, user: User, as_json: AsJson = False) -> None:
    """Show budgets in numbers of rewards: set, chosen, reserved, left."""
    _show(user, "budgets", {"brand": brand, "isoWeek": week or ""}, as_json=as_json)


@cli.command()
def customers(
    brand: Brand,
    week: Annotated[str, typer.Argument(help="Such as 2026-W13.")],
    figure: Annotated[str, typer.Argument(help="Such as expected, owed, qualified, turnover.")],
    *,
    reward: Annotated[str | None, typer.Option(help="Only this reward.")] = None,
    currency: Annotated[str | None, typer.Option(help="Only this currency.")] = None,
    user: User,
    as_json: AsJson = False,
) -> None:
    """List the customers behind a figure; the access is recorded."""
    parameters = {"brand": brand, "isoWeek": week, "figure": figure, "currency": currency or ""}
    if reward is not None:
        parameters["reward"] = reward
    _show(user, "customers", parameters, as_json=as_json)


@cli.command()
def export(
    name: Annotated[
        str, typer.Argument(help="liability, forecast, funnel, profit, rewards, budgets or customers.")
    ],
    brand: Brand,
    *,
    week: Week = None,
    figure: Annotated[str, typer.Option(help="For customers: such as expected or owed.")] = "",
    user: User,
) -> None:
    """Write a table as CSV to standard output, page by page; the export is recorded."""

    async def work(parts: RiskArea, actor: Actor) -> None:
        parameters = {"brand": brand, "isoWeek": week or "", "figure": figure}
        async for part in await parts.export.lines(actor, name, parameters):
            sys.stdout.write(part)

    _with_risk(user, work)


@cli.command(name="set-budget")
def set_budget(
    brand: Brand,
    reward: Annotated[str, typer.Argument(help="The reward.")],
    number: Annotated[str, typer.Argument(metavar="NUMBER|none", help="How many; `none`: no limit.")],
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the approver and the audit log.")],
    week: Annotated[str, typer.Option("--week", help="Such as 2026-W13; every week by default.")] = "",
    user: User,
) -> None:
    """Set a budget on all nodes; raising one is proposed, and another person approves it."""
    from backoffice.risk.budgets.setting import BudgetLimit
    from subgraphs.rewards.budgets.budgets import BudgetKey

    if number != "none" and not number.isdecimal():
        raise typer.BadParameter("a number of rewards, or none")

    async def work(parts: RiskArea, actor: Actor) -> str:
        limit = BudgetLimit(BudgetKey(brand, reward, week), None if number == "none" else int(number))
        done = await parts.budgets.set(actor, limit, reason)
        if isinstance(done, str):
            return f"proposed as {done}: another person has to approve it"
        return f"decided as number {done.order.number}: `furlong worker outbox` publishes it"

    typer.echo(_with_risk(user, work))


def _show(user: str, name: str, parameters: dict[str, str], *, as_json: bool) -> None:
    from backoffice.risk.tables import RiskTable, heads_of

    async def work(parts: RiskArea, actor: Actor) -> list[Sequence[object]]:
        return [row async for row in parts.export.rows(actor, RiskTable(name), parameters)]

    heads, rows = heads_of(RiskTable(name)), _with_risk(user, work)
    if as_json:
        echo_json([dict(zip(heads, row, strict=True)) for row in rows])
        return
    shown = [tuple("" if cell is None else str(cell) for cell in row) for row in rows]
    typer.echo("\n".join(table([tuple(heads), *shown])))


def _with_risk(user: str, work: Work) -> Any:
    from backoffice.risk.area import RiskArea

    async def run(base: Any, actor: Actor) -> Any:
        parts = RiskArea(base)
        try:
            return await work(parts, actor)
        finally:
            await parts.close()

    return run_as(user, run)
