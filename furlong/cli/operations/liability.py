"""`furlong liability`: what the club owes, and how much of the budgets is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from furlong.cli.command_work import run_with
from furlong.cli.json_lists import Amount, AsJson, echo_json, echo_table, week_cell
from furlong.cli.known_names import require_names
from furlong.cli.options import database_settings, product_clock

if TYPE_CHECKING:
    from backoffice.risk.budgets.use import BudgetLine
    from backoffice.risk.figures.owed import OwedLine
    from foundation.storage.database import Database
    from subgraphs.fulfilment.goodwill import GoodwillCost


def liability(
    *,
    brand: Annotated[str | None, typer.Option(help="Only this brand.")] = None,
    week: Annotated[str | None, typer.Option(help="Only this ISO week, such as 2026-W13.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what the club owes and gave as goodwill, in money, and the use of budgets, in rewards."""
    owed, goodwill, budgets, titles = run_with(("fulfilment", "rewards"), partial(_read, brand, week))
    if as_json:
        lines = [{"list": "owed"} | asdict(line) for line in owed]
        lines += [{"list": "goodwill"} | asdict(cost) for cost in goodwill]
        echo_json([*lines, *map(_budget, budgets)])
        return
    _echo_owed(owed)
    if goodwill:
        typer.echo()
        _echo_goodwill(goodwill)
    if budgets:
        typer.echo()
        _echo_budgets(budgets, titles)


def _budget(line: BudgetLine) -> dict[str, Any]:
    """Return the use of a budget as JSON values."""
    due = line.standing
    return {
        "list": "budgets",
        "brand": line.brand,
        "iso_week": line.iso_week,
        "reward_id": line.reward_id,
        "budget": line.use.rewards,
        "chosen": line.use.taken,
        "qualified": due.expected,
        "owed": due.owed,
        "credited": due.credited,
        "left": line.left,
    }


async def _read(
    brand: str | None, week: str | None, fulfilment: Database, rewards: Database
) -> tuple[Sequence[OwedLine], Sequence[GoodwillCost], Sequence[BudgetLine], Mapping[tuple[str, str], str]]:
    from backoffice.risk.budgets.use import budget_lines
    from backoffice.risk.figures.counting import WeekCounter
    from backoffice.risk.figures.owed import owed_lines
    from backoffice.subgraph_databases import SubgraphDatabases
    from backoffice.support.lookup.brand_words import read_words
    from subgraphs.club_kit.domain.control_groups import ControlGroups
    from subgraphs.fulfilment.goodwill import GoodwillRepository
    from subgraphs.fulfilment.models import REFERENCE
    from subgraphs.kit.records.erasure import Pseudonyms

    clock, databases = product_clock(), SubgraphDatabases({"fulfilment": fulfilment, "rewards": rewards})
    await require_names(fulfilment, REFERENCE, brand, week)
    groups = ControlGroups(Pseudonyms.from_settings(database_settings()).key)
    owed = await owed_lines(WeekCounter(databases, clock, groups), brand, week)
    async with fulfilment.read() as connection:
        goodwill = await GoodwillRepository().costs(connection, brand, week)
    budgets = await budget_lines(rewards, fulfilment, clock.now(), brand, week)
    titles = {
        (name, reward): title
        for name in {line.brand for line in budgets}
        for reward, title in (await read_words(rewards, name, clock)).rewards.items()
    }
    return owed, goodwill, budgets, titles


def _echo_owed(lines: Sequence[OwedLine]) -> None:
    heads = ("brand", "week", "stage", "kind", "customers", "value", "spins")
    rows = (
        (
            *(line.brand, week_cell(line.iso_week), line.stage, _kind(line), line.customers),
            *(Amount(line.value_minor, line.currency), line.spins),
        )
        for line in lines
    )
    echo_table(heads, rows, nothing="No rewards of weeks are owed.")


def _kind(line: OwedLine) -> str:
    """Return the kind of reward, and whether it is due because the customers have chosen nothing."""
    if line.kind is None:
        return "no reward"
    kind = line.kind.replace("_", " ")
    return f"{kind} (by default)" if line.source == "default" else kind


def _echo_goodwill(lines: Sequence[GoodwillCost]) -> None:
    heads = ("brand", "week", "stage", "goodwill", "credits", "value")
    rows = (
        (
            *(line.brand, week_cell(line.iso_week), line.stage, line.kind.replace("_", " "), line.credits),
            Amount(line.value_minor, line.currency),
        )
        for line in lines
    )
    echo_table(heads, rows)


def _echo_budgets(lines: Sequence[BudgetLine], titles: Mapping[tuple[str, str], str]) -> None:
    heads = ("brand", "week", "reward", "name", "budget", "chosen", "qualified", "owed", "credited", "left")
    rows = (
        (
            line.brand,
            week_cell(line.iso_week),
            line.reward_id,
            titles.get((line.brand, line.reward_id)),
            *uses,
        )
        for line in lines
        for _, _, _, _, *uses in [_budget(line).values()]
    )
    echo_table(heads, rows)
