"""Divides budgets among cells, and moves what one cell does not use to those that ask for more.

Each part of a budget belongs to one cell at a time. A cell that has to give a part back is told first, and
another cell gets that part only after this is acknowledged. So the shares of all cells together never exceed
the budget, whatever message is lost, repeated or reordered, and whichever process is killed. A division is a
pure function of the last one and of what the cells report.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog
from msgspec.structs import replace
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.global_events.acknowledgements import NodeReport, NodeRepository
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.global_events.repository import GlobalDecision
from backoffice.metadata import NAME
from consumers.acknowledgements.message import CellRange
from consumers.messages.global_events.states import AllotmentState, CellShare, read_state
from foundation.storage.clock import Clock
from foundation.storage.database import Database, open_databases
from foundation.storage.settings import DatabaseSettings
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.records.global_state import GlobalKind, allotment_subject, budget_subject
from subgraphs.rewards.budgets import EVERY_WEEK, BudgetKey, BudgetRepository
from subgraphs.rewards.models import REFERENCE


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
    by_cell = {_id(use.cell): use for use in uses}
    shares = _known_shares(before.shares, by_cell)
    found = sorted(number for share in shares for number in share.partitions)
    if found != list(range(partitions)):
        return replace(before, shares=tuple(shares), spent=False)
    wanting = {
        _share_id(share)
        for share in shares
        if (use := by_cell.get(_share_id(share))) and use.asked > share.asked and use.used >= share.rewards
    }
    free = budget - sum(share.held for share in shares)
    if free > 0:
        shares = _given(shares, free, wanting, by_cell)
    elif free < 0:
        shares = _taken_back(shares, -free, by_cell)
    elif wanting:
        shares = _freed_half(shares, wanting, by_cell)
    used = sum(by_cell[_share_id(share)].used for share in shares if _share_id(share) in by_cell)
    spent = used >= budget and len(by_cell) == len(shares)
    return replace(before, shares=tuple(shares), spent=spent)


def _known_shares(before: Iterable[CellShare], uses: Mapping[str, CellUse]) -> list[CellShare]:
    """Return the shares with what each cell may hold; new cells are added, former ones left out.

    A cell that was split or merged has other partitions, and holds what it has used; what was asked for
    before does not count as asked for again. What was held under the former partitions is left out once all
    of these have reported as another cell's.
    """
    shares = {_share_id(share): share for share in before}
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
    kept = [share for name, share in shares.items() if name in uses or not share.partitions <= reported]
    return sorted(kept, key=lambda share: share.first)


def _given(
    shares: Sequence[CellShare], free: int, wanting: set[str], uses: Mapping[str, CellUse]
) -> list[CellShare]:
    """Give what is free to the cells that asked, or, if none did, to all that report, by their partitions."""
    takers = [share for share in shares if _share_id(share) in (wanting or uses)]
    left, weight = free, sum(len(taker.partitions) for taker in takers)
    given: dict[str, CellShare] = {}
    for taker in takers:
        part = -(-left * len(taker.partitions) // weight)
        left, weight = left - part, weight - len(taker.partitions)
        name, holds = _share_id(taker), taker.held + part
        given[name] = replace(taker, rewards=holds, held=holds, asked=uses[name].asked)
    return [given.get(_share_id(share), share) for share in shares]


def _taken_back(shares: Sequence[CellShare], number: int, uses: Mapping[str, CellUse]) -> list[CellShare]:
    """Lower shares by what is unused, the largest first, because the budget was lowered."""
    left = number - sum(share.held - share.rewards for share in shares)
    lowered: dict[str, CellShare] = {}
    for share in sorted(shares, key=lambda share: share.rewards, reverse=True):
        use = uses.get(_share_id(share))
        if use is not None and left > 0:
            part = min(left, max(0, share.rewards - use.used))
            left -= part
            lowered[_share_id(share)] = replace(share, rewards=share.rewards - part)
    return [lowered.get(_share_id(share), share) for share in shares]


def _freed_half(
    shares: Sequence[CellShare], wanting: set[str], uses: Mapping[str, CellUse]
) -> list[CellShare]:
    """Lower each other cell's share by half of what it has not used, the odd one included."""
    return [
        share
        if _share_id(share) in wanting or (use := uses.get(_share_id(share))) is None
        else replace(share, rewards=share.rewards - (max(0, share.rewards - use.used) + 1) // 2)
        for share in shares
    ]


def _id(cell: CellRange) -> str:
    return f"{cell.name}:{cell.first}-{cell.last}"


def _share_id(share: CellShare) -> str:
    return f"{share.cell}:{share.first}-{share.last}"


WEEKS_AHEAD: Final = 2
"""How many weeks ahead budgets are divided: the back office may be down for that long."""

EVERY_SECONDS: Final = 1.0
PART: Final = "rewards"
BY: Final = "division among cells"

log = structlog.get_logger("backoffice.risk")


@dataclass(frozen=True, slots=True)
class BudgetInForce:
    """A budget of one week.

    Attributes:
        decision: The decision that set it; None for one that was set before decisions were published.
    """

    rewards: int
    decision: GlobalDecision | None


@dataclass(frozen=True, slots=True)
class BudgetAllotter:
    """Decides allotments from what cells report.

    Attributes:
        database: The back office's.
        rewards: The rewards subgraph's of the back office's cell, for brands, weeks and budgets.
    """

    database: Database
    rewards: Database
    clock: Clock
    decisions: GlobalDecisions = field(default_factory=GlobalDecisions)
    nodes: NodeRepository = field(default_factory=NodeRepository)

    async def run(self) -> None:
        """Divide until cancelled, through outages of the databases."""
        while True:
            try:
                await self.divide()
            except (SQLAlchemyError, OSError) as fault:
                log.warning("budgets_not_divided", error=type(fault).__name__)
            await asyncio.sleep(EVERY_SECONDS)

    async def divide(self) -> int:
        """Divide what is not divided yet, and move what was asked for; return the number of decisions."""
        async with self.database.read() as connection:
            reports = await self._reports(connection)
            if not reports:
                return 0
            known = {decision.key: decision for decision in await self.decisions.repository.all(connection)}
        due = [
            key
            for key, budget in (await self._budgets(known)).items()
            if _next(key, budget, known, reports) is not None
        ]
        return sum([await self._decide(key) for key in due])

    async def _decide(self, key: BudgetKey) -> bool:
        """Divide one budget, unless another process has done so meanwhile."""
        async with self.database.write() as connection:
            at = await self.clock.at(connection)
            await self.decisions.repository.lock_sequence(connection, at)
            known = {decision.key: decision for decision in await self.decisions.repository.all(connection)}
            budget = (await self._budgets(known)).get(key)
            state = None if budget is None else _next(key, budget, known, await self._reports(connection))
            if state is None:
                return False
            await self.decisions.decide(connection, key.brand, state, by=BY, at=at)
            return True

    async def _reports(self, connection: AsyncConnection) -> list[NodeReport]:
        reports = await self.nodes.all(connection)
        return [report for report in reports if report.part == PART and report.cell is not None]

    async def _budgets(self, known: Mapping[str, GlobalDecision]) -> dict[BudgetKey, BudgetInForce]:
        """Return the budgets of the current week and of those to come, by brand, reward and week."""
        reference, budgets = ReferenceRepository(REFERENCE), BudgetRepository()
        async with self.rewards.read() as connection:
            brands = await reference.all_brands(connection)
            stored = await budgets.budgets(connection, [brand.id for brand in brands])
            opened = await reference.opened_weeks(connection, [brand.id for brand in brands])
            now = await self.clock.at(connection)
        found: dict[BudgetKey, BudgetInForce] = {}
        for brand in brands:
            calendar = opened[brand.id].calendar(brand.time_zone)
            week = calendar.week_at(now)
            for _ in range(1 + WEEKS_AHEAD):
                for reward in _rewards(brand.id, stored, known):
                    if budget := _in_force(BudgetKey(brand.id, reward, week.iso), stored, known):
                        found[BudgetKey(brand.id, reward, week.iso)] = budget
                week = calendar.week_at(week.ends_at)
        return found


def _rewards(brand: str, stored: Mapping[BudgetKey, int], known: Mapping[str, GlobalDecision]) -> list[str]:
    """Return the rewards of a brand that have, or had, a budget."""
    decided = {
        str(decision.state["reward_id"])
        for decision in known.values()
        if decision.kind == GlobalKind.BUDGET.value and decision.brand == brand
    }
    return sorted(decided | {key.reward_id for key in stored if key.brand == brand})


def _in_force(
    key: BudgetKey, stored: Mapping[BudgetKey, int], known: Mapping[str, GlobalDecision]
) -> BudgetInForce | None:
    """Return the budget of a week: its own, or that of every week; the last decision precedes the table."""
    for week in (key.iso_week, EVERY_WEEK):
        decision = known.get(budget_subject(key.brand, key.reward_id, week).key)
        rewards = stored.get(key._replace(iso_week=week)) if decision is None else decision.state["rewards"]
        if rewards is not None:
            return BudgetInForce(rewards, decision)
    return None


def _next(
    key: BudgetKey,
    budget: BudgetInForce,
    known: Mapping[str, GlobalDecision],
    reports: Sequence[NodeReport],
) -> AllotmentState | None:
    """Return how a budget is to be divided from now on; None if nothing changes."""
    subject = allotment_subject(key.brand, key.reward_id, key.iso_week)
    last = known.get(subject.key)
    if last is None:
        return AllotmentState(reward_id=key.reward_id, iso_week=key.iso_week, spent=False, shares=())
    before = read_state(GlobalKind.ALLOTMENT, key.brand, subject.name, last.state)
    if not isinstance(before, AllotmentState):
        raise TypeError(subject.key)
    uses = [use for report in reports if (use := _use(report, key, before, last, budget)) is not None]
    partitions = max(report.cell.of for report in reports if report.cell is not None)
    after = divided(before, budget.rewards, uses, partitions)
    return None if after == before else after


def _use(
    report: NodeReport,
    key: BudgetKey,
    before: AllotmentState,
    last: GlobalDecision,
    budget: BudgetInForce,
) -> CellUse | None:
    """Return what a cell has used; None until it has applied the budget and the last division."""
    if report.cell is None or not report.has_applied(last):
        return None
    if budget.decision is not None and not report.has_applied(budget.decision):
        return None
    mine = (report.cell.name, report.cell.first, report.cell.last)
    share = {(share.cell, share.first, share.last): share.rewards for share in before.shares}.get(mine)
    for used in report.budgets:
        if (used.brand, used.reward_id, used.iso_week) == key and used.share == share:
            return CellUse(report.cell, used.used, used.asked)
    return None


async def allot_budgets(office: DatabaseSettings, cell: DatabaseSettings, clock: Clock) -> None:
    """Divide budgets until cancelled.

    Args:
        office: The settings of the back office's database.
        cell: Those of the databases of a cell, for brands, weeks and budgets.
        clock: Product time.
    """
    async with open_databases(office, NAME) as (database,), open_databases(cell, "rewards") as (rewards,):
        await BudgetAllotter(database, rewards, clock).run()
