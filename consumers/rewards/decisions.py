"""What rewards applies of the global topic, and what its acknowledgement says about budgets.

The statuses of rewards, the kill switches and the brands need no more than their message: reads apply them.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.acknowledgements.message import BudgetReport
from consumers.acknowledgements.report import WorkersReport
from consumers.messages.global_events.reducer import Decision, GlobalReducer
from consumers.messages.global_events.states import AllotmentState, BudgetState, ContentState
from foundation.storage.cells.cell import Cell
from foundation.storage.clock import Clock
from subgraphs.club_kit.domain.weeks import week_at
from subgraphs.kit.records.global_state import GlobalKind, GlobalStateRepository
from subgraphs.rewards.budgets import (
    EVERY_WEEK,
    BudgetKey,
    BudgetRepository,
    allotment_uses,
    allotted_weeks,
    replace_allotment,
)
from subgraphs.rewards.catalogue.publication import PublishedContent, PublishedContentKey
from subgraphs.rewards.catalogue.rewards import Edition, RewardContent
from subgraphs.rewards.choices import week_choices
from subgraphs.rewards.models import GLOBAL_STATE

MAX_CLOCK_LAG: Final = timedelta(days=1)
"""How far the clock of a node may be behind that of the back office's database."""


@dataclass(frozen=True, slots=True)
class RewardDecisions:
    """Applies decisions about content and budgets."""

    clock: Clock
    publication: PublishedContent = field(default_factory=PublishedContent)
    budgets: BudgetRepository = field(default_factory=BudgetRepository)

    @property
    def reducer(self) -> GlobalReducer:
        """Return the reducer of the global topic."""
        concerns = {
            GlobalKind.CONTENT: self.content,
            GlobalKind.BUDGET: self.budget,
            GlobalKind.ALLOTMENT: self.allotment,
            GlobalKind.REWARD_STATUS: None,
            GlobalKind.SWITCH: None,
            GlobalKind.BRAND: None,
        }
        return GlobalReducer(GlobalStateRepository(GLOBAL_STATE), concerns)

    async def content(self, connection: AsyncConnection, decision: Decision[ContentState]) -> None:
        """Show the published content from now on, whatever this node's clock says."""
        state = decision.state
        key = PublishedContentKey(decision.brand, state.reward_id, state.locale, state.config_version)
        editions = [_in_force(edition, decision.decided_at) for edition in editions_of(state)]
        await self.publication.replace(connection, key, editions, await self.clock.at(connection))

    async def budget(self, connection: AsyncConnection, decision: Decision[BudgetState]) -> None:
        """Set a budget, or remove it."""
        state = decision.state
        key = BudgetKey(decision.brand, state.reward_id, state.iso_week or EVERY_WEEK)
        if state.rewards is None:
            await self.budgets.remove(connection, key)
        else:
            await self.budgets.put(connection, key, state.rewards)

    async def allotment(self, connection: AsyncConnection, decision: Decision[AllotmentState]) -> None:
        """Divide a budget's week among cells from now on."""
        state = decision.state
        shares = [
            {"cell": share.cell, "first": share.first, "last": share.last, "rewards": share.rewards}
            for share in state.shares
        ]
        key = (decision.brand, state.iso_week, state.reward_id)
        await replace_allotment(connection, key, shares, spent=state.spent)


def _in_force(edition: Edition, decided_at: datetime) -> Edition:
    """Let an edition that was due when it was decided be due by a clock that is behind, too."""
    if edition.since > decided_at:
        return edition
    return replace(edition, since=edition.since - MAX_CLOCK_LAG)


def editions_of(state: ContentState) -> tuple[Edition, ...]:
    """Return the editions of a message in the catalogue's form."""
    return tuple(
        Edition(
            RewardContent(
                reward_id=state.reward_id,
                locale=state.locale,
                position=edition.position,
                title=edition.title,
                summary=edition.summary,
                image_url=edition.image_url,
                significant_terms=edition.significant_terms,
                terms_url=edition.terms_url,
                eligible_games=edition.eligible_games,
                config_version=state.config_version,
            ),
            edition.publish_at,
        )
        for edition in state.editions
    )


SETTLED_AFTER: Final = timedelta(days=8)
"""So long after its end a week can no longer be chosen for, in whatever zone."""


@dataclass(frozen=True, slots=True)
class BudgetReports:
    """Reads the use of allotted budgets; without cells there are none."""

    cell: Cell | None
    clock: Clock

    async def read(self, connection: AsyncConnection) -> WorkersReport:
        """Return the use of the current week and of those to come.

        Pending changes are read first: one that is settled meanwhile counts twice, rather than not at all.
        """
        if self.cell is None:
            return WorkersReport()
        me = (self.cell.name, self.cell.first, self.cell.last)
        since = week_at(self.clock.now() - SETTLED_AFTER, "UTC").iso
        pending = {
            (brand, week): await week_choices.in_doubt(connection, brand, week)
            for brand, week in await allotted_weeks(connection, since)
        }
        return WorkersReport(
            budgets=tuple(
                BudgetReport(
                    brand=use.brand,
                    reward_id=use.reward_id,
                    iso_week=use.iso_week,
                    share=use.shares.shares.get(me),
                    used=use.taken + pending[use.brand, use.iso_week].get(use.reward_id, 0),
                    asked=use.refused,
                )
                for use in await allotment_uses(connection, since)
                if (use.brand, use.iso_week) in pending
            )
        )
