"""Divides a budget among cells: a pure function of the last division and of what the cells report.

Each part of a budget belongs to one cell at a time. A cell that has to give a part back is told first, and
another cell gets that part only after this is acknowledged. So the shares of all cells together never exceed
the budget, whatever message is lost, repeated or reordered, and whichever process is killed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from consumers.acknowledgements.message import CellRange
from consumers.messages.global_events.states import AllotmentState, CellShare


@dataclass(frozen=True, slots=True)
class CellUse:
    """What a cell reported of a budget's week after it had applied the last division.

    Attributes:
        used: How many of its customers have chosen the reward, or wait for an answer.
        asked: How many requests it has refused because its share was used up.
    """

    cell: CellRange
    used: int
    asked: int

    @property
    def partitions(self) -> frozenset[int]:
        """Return the partitions of the cell."""
        return frozenset(range(self.cell.first, self.cell.last + 1))


def divided(before: AllotmentState, budget: int, uses: Sequence[CellUse], partitions: int) -> AllotmentState:
    """Return how the budget is divided from now on.

    Args:
        before: The last division; the first has no shares.
        budget: How many customers may choose the reward in the week.
        uses: Only of cells that have applied `before`; others keep what they may hold.
        partitions: How many there are; nothing is given before each is known to belong to one cell.
    """
    by_cell = {_id(one.cell): one for one in uses}
    shares = _known_shares(before.shares, by_cell)
    found = sorted(number for one in shares for number in one.partitions)
    if found != list(range(partitions)):
        return replace(before, shares=tuple(shares), spent=False)
    wanting = {
        _share_id(one)
        for one in shares
        if (use := by_cell.get(_share_id(one))) and use.asked > one.asked and use.used >= one.rewards
    }
    free = budget - sum(one.held for one in shares)
    if free > 0:
        shares = _given(shares, free, wanting, by_cell)
    elif free < 0:
        shares = _taken_back(shares, -free, by_cell)
    elif wanting:
        shares = _freed_half(shares, wanting, by_cell)
    used = sum(by_cell[_share_id(one)].used for one in shares if _share_id(one) in by_cell)
    spent = used >= budget and len(by_cell) == len(shares)
    return replace(before, shares=tuple(shares), spent=spent)


def _known_shares(before: Iterable[CellShare], uses: Mapping[str, CellUse]) -> list[CellShare]:
    """Return the shares with what each cell may hold; new cells are added, former ones left out.

    A cell that was split or merged has other partitions, and holds what it has used; what was asked for
    before does not count as asked for again. What was held under the former partitions is left out once all
    of these have reported as another cell's.
    """
    shares = {_share_id(one): one for one in before}
    for name, use in uses.items():
        known = shares.get(name)
        if known is None:
            first, last = use.cell.first, use.cell.last
            shares[name] = CellShare(
                cell=use.cell.name, first=first, last=last, rewards=0, held=use.used, asked=use.asked
            )
        else:
            shares[name] = replace(known, held=max(known.rewards, use.used))
    reported = frozenset().union(*(use.partitions for use in uses.values()))
    kept = [one for name, one in shares.items() if name in uses or not one.partitions <= reported]
    return sorted(kept, key=lambda one: one.first)


def _given(
    shares: Sequence[CellShare], free: int, wanting: set[str], uses: Mapping[str, CellUse]
) -> list[CellShare]:
    """Give what is free to the cells that asked, or, if none did, to all that report, by their partitions."""
    takers = [one for one in shares if _share_id(one) in (wanting or uses)]
    left, weight = free, sum(len(one.partitions) for one in takers)
    given: dict[str, CellShare] = {}
    for one in takers:
        part = -(-left * len(one.partitions) // weight)
        left, weight = left - part, weight - len(one.partitions)
        name, holds = _share_id(one), one.held + part
        given[name] = replace(one, rewards=holds, held=holds, asked=uses[name].asked)
    return [given.get(_share_id(one), one) for one in shares]


def _taken_back(shares: Sequence[CellShare], number: int, uses: Mapping[str, CellUse]) -> list[CellShare]:
    """Lower shares by what is unused, the largest first, because the budget was lowered."""
    left = number - sum(one.held - one.rewards for one in shares)
    lowered: dict[str, CellShare] = {}
    for one in sorted(shares, key=lambda one: one.rewards, reverse=True):
        use = uses.get(_share_id(one))
        if use is not None and left > 0:
            part = min(left, max(0, one.rewards - use.used))
            left -= part
            lowered[_share_id(one)] = replace(one, rewards=one.rewards - part)
    return [lowered.get(_share_id(one), one) for one in shares]


def _freed_half(
    shares: Sequence[CellShare], wanting: set[str], uses: Mapping[str, CellUse]
) -> list[CellShare]:
    """Lower each other cell's share by half of what it has not used, the odd one included."""
    return [
        one
        if _share_id(one) in wanting or (use := uses.get(_share_id(one))) is None
        else replace(one, rewards=one.rewards - (max(0, one.rewards - use.used) + 1) // 2)
        for one in shares
    ]


def _id(cell: CellRange) -> str:
    return f"{cell.name}:{cell.first}-{cell.last}"


def _share_id(share: CellShare) -> str:
    return f"{share.cell}:{share.first}-{share.last}"
