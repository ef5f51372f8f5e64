"""The sum of what the cells have counted of a week."""

from collections.abc import Iterable

from backoffice.figures.message import CellFigures
from backoffice.figures.week_figures import WeekFigures, sum_money, sum_rewards


def newest_of_cells(messages: Iterable[CellFigures]) -> list[CellFigures]:
    """Return the messages to sum; none until all partitions have been counted.

    Each partition is counted once, by the newest message that has it. After a split or a merge of cells, the
    sum waits until the new ranges have been counted.
    """
    newest = sorted(messages, key=lambda one: one.number, reverse=True)
    chosen: list[CellFigures] = []
    left = set(range(newest[0].cell.of)) if newest else set()
    for one in newest:
        mine = set(range(one.cell.first, one.cell.last + 1))
        if mine <= left:
            chosen.append(one)
            left -= mine
    return [] if left else chosen


def summed(messages: Iterable[CellFigures]) -> WeekFigures | None:
    """Return the sum of the newest figures of all cells; None until all partitions have been counted.

    It is closed when it is closed everywhere, and as old as its oldest part.
    """
    parts = [one.figures for one in newest_of_cells(messages)]
    if not parts:
        return None
    return WeekFigures(
        brand=parts[0].brand,
        week=parts[0].week,
        closed=all(one.closed for one in parts),
        seen=sum(one.seen or 0 for one in parts) or None,
        opted_in=sum(one.opted_in for one in parts),
        qualified=sum(one.qualified for one in parts),
        chose=sum(one.chose for one in parts),
        in_doubt=sum(one.in_doubt for one in parts),
        rewards=sum_rewards(reward for one in parts for reward in one.rewards),
        money=sum_money(money for one in parts for money in one.money),
        currencies=tuple(sorted({currency for one in parts for currency in one.currencies})),
        as_of=min(one.as_of for one in parts),
        seconds=max(one.seconds for one in parts),
    )
