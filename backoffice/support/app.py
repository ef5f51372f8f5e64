"""Composition root of support's part of the graph."""

from typing import Final

from backoffice.access.actor import Actor
from backoffice.base import Base
from backoffice.global_events.models import OUTBOX
from backoffice.graph.admin_subgraph import AdminSubgraph
from backoffice.support.context import SupportContext
from backoffice.support.corrections.adjustments import Adjustments
from backoffice.support.databases import SubgraphDatabases
from backoffice.support.goodwill.budgets import GoodwillBudgets
from backoffice.support.goodwill.credits import GoodwillCredits
from backoffice.support.goodwill.offers import GoodwillOffers
from backoffice.support.goodwill.spending import GoodwillSpending
from backoffice.support.looks import Looks
from backoffice.support.lookup.bet_records import BetRecords
from backoffice.support.lookup.customers import Customers
from backoffice.support.lookup.explanations import BetExplanations
from backoffice.support.lookup.timeline import Timeline
from backoffice.support.privacy.goodwill_erasure import GoodwillErasure
from backoffice.support.privacy.holds import LegalHolds
from backoffice.support.privacy.requests import DataRequests
from backoffice.support.schema import create_schema
from subgraphs.kit.records.outbox.outbox import Outbox
from subgraphs.kit.records.reference import ReferenceRepository
from subgraphs.progress.ledger.rulebook_reader import RulebookReader
from subgraphs.progress.models import REFERENCE

NAME: Final = "support"


class SupportParts:
    """The services of support over a base, for the graph and for commands."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self.databases = SubgraphDatabases.open(base.settings)
        looks = Looks(base.database, base.audit)
        self.customers = Customers(self.databases, looks, base.clock)
        self.timeline = Timeline(self.databases, self.customers)
        rulebooks = RulebookReader(self.databases.progress.dialect, ReferenceRepository(REFERENCE))
        self.explanations = BetExplanations(self.databases, rulebooks, looks)
        self.records = BetRecords(base.stream, self.explanations)
        publish = Outbox(OUTBOX).put
        self.adjustments = Adjustments(
            base.database, self.databases, self.customers, base.approvals, publish, base.clock
        )
        self.holds = LegalHolds(base.database, self.customers, base.audit, base.clock)
        self.goodwill_erasure = GoodwillErasure.over(base.database, self.databases.fulfilment, base.settings)
        self.requests = DataRequests(
            base.settings,
            base.database,
            self.customers,
            self.goodwill_erasure,
            base.approvals,
            base.jobs,
            Outbox(OUTBOX),
            base.clock,
        )
        spending = GoodwillSpending(self.databases.fulfilment, base.clock)
        offers = GoodwillOffers(self.databases, self.customers, base.fulfilment.list_providers(), base.clock)
        self.goodwill = GoodwillCredits(
            base.database, self.customers, offers, spending, base.approvals, publish, base.clock
        )
        self.goodwill_budgets = GoodwillBudgets(
            base.database, self.databases, spending, base.audit, base.approvals, base.clock
        )
        for proposal_kind in (
            self.adjustments.proposal_kind,
            self.requests.proposal_kind,
            self.goodwill.proposal_kind,
            self.goodwill_budgets.proposal_kind,
        ):
            base.approvals.register(proposal_kind)
        for job_kind in self.requests.job_kinds:
            base.jobs.register(job_kind)

    async def close(self) -> None:
        """Close the databases of the subgraphs."""
        await self.databases.close()

    def context(self, actor: Actor) -> SupportContext:
        """Return the context of a request."""
        return SupportContext(
            actor,
            self.customers,
            self.timeline,
            self.explanations,
            self.records,
            self.adjustments,
            self.holds,
            self.requests,
            self.goodwill,
            self.goodwill_budgets,
        )


def create_area(base: Base) -> AdminSubgraph:
    """Return the subgraph; it renames erased customers as long as the back office is served."""
    parts = SupportParts(base)
    return AdminSubgraph(
        NAME,
        create_schema(),
        parts.context,
        background=(parts.goodwill_erasure.run,),
        closing=(parts.close,),
    )
