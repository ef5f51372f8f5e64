"""`furlong liability`: what the club owes, and how far budgets are used."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from furlong.cli.known_names import require_names
from furlong.cli.options import database_settings, fail, product_clock
from furlong.operations.budget_use import BudgetLine, budget_lines
from storage.database import Database
from subgraphs.fulfilment.accounting.liability import LiabilityLine
from subgraphs.fulfilment.accounting.repository import liability as figures
from subgraphs.fulfilment.models import REFERENCE
from subgraphs.kit.domain.errors import BadInput


def liability(
    *,
    brand: Annotated[str | None, typer.Option(help="Only this brand.")] = None,
    week: Annotated[str | None, typer.Option(metavar="2026-W13", help="Only this week.")] = None,
) -> None:
    """Show what the club owes, in minor units, and the use of budgets, in numbers of rewards."""
    try:
        owed, budgets = asyncio.run(_read(brand, week))
    except (BadInput, SQLAlchemyError) as error:
        fail(error)
    typer.echo("\n".join([*_owed(owed), "", *_budgets(budgets)] if budgets else _owed(owed)))


async def _read(brand: str | None, week: str | None) -> tuple[Sequence[LiabilityLine], Sequence[BudgetLine]]:
    settings, now = database_settings(), product_clock().now()
    fulfilment, rewards = Database.open(settings, "fulfilment"), Database.open(settings, "rewards")
    try:
        await require_names(fulfilment, REFERENCE, brand, week)
        async with fulfilment.home.read() as connection:
            owed = await figures(connection, now, brand, week)
        return owed, await budget_lines(rewards, fulfilment, now, brand, week)
    finally:
        await fulfilment.close()
        await rewards.close()


def _owed(lines: Sequence[LiabilityLine]) -> Iterator[str]:
    yield "brand\tweek\tstage\tkind\tcustomers\tvalue\tcurrency\tspins"
    for one in lines:
        yield (
            f"{one.brand}\t{one.iso_week}\t{one.stage}\t{one.kind or 'not chosen'}\t{one.customers}"
            f"\t{one.value_minor}\t{one.currency}\t{one.spins}"
        )


def _budgets(lines: Sequence[BudgetLine]) -> Iterator[str]:
    yield "brand\tweek\treward\tbudget\tchosen\tqualified\towed\tcredited\tleft"
    for one in lines:
        due = one.standing
        yield (
            f"{one.brand}\t{one.iso_week}\t{one.reward_id}\t{one.use.rewards}\t{one.use.taken}"
            f"\t{due.expected}\t{due.owed}\t{due.credited}\t{one.left}"
        )
