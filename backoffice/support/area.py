"""Support: the services behind its part of the graph."""

from backoffice.base import Base
from backoffice.global_events.models import OUTBOX
from backoffice.graph.area import Area
from backoffice.scopes.names import ScopeNames
from backoffice.subgraph_databases import SubgraphDatabases
from backoffice.support.adjustments import Adjustments
from backoffice.support.goodwill.budgets import GoodwillBudgets
from backoffice.support.goodwill.credits import GoodwillCredits
from backoffice.support.goodwill.offers import GoodwillOffers
from backoffice.support.goodwill.repository import GoodwillSpending
from backoffice.support.lookup.bet_records import BetRecords
from backoffice.support.lookup.customers import Customers
from backoffice.support.lookup.explanations import BetExplanations
from backoffice.support.lookup.money import CustomerMoney
from backoffice.support.lookup.timeline import Timeline
from backoffice.support.personal_data_access import PersonalDataAccess
from backoffice.support.privacy.customer_data import GoodwillErasure
from backoffice.support.privacy.holds import LegalHolds
from backoffice.support.privacy.requests import DataRequests
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.records.outbox import Outbox
from subgraphs.progress.ledger.rulebook_reader import RulebookReader
from subgraphs.progress.models import REFERENCE


class SupportArea(Area):
    """The services of support over a base; erased customers are renamed while it is served."""

    name = "support"

    def __init__(self, base: Base) -> None:
        self.base = base
        self.databases = SubgraphDatabases.open(base.settings)
        access = PersonalDataAccess(base.database, base.audit)
        self.customers = Customers(self.databases, access, base.clock)
        self.money = CustomerMoney.over(
            self.databases.by_name["wallet"], self.customers, base.clock, frozenset(base.funds.operators)
        )
        self.timeline = Timeline(self.databases, self.customers, base.clock)
        rulebooks = RulebookReader(self.databases.progress.dialect, ReferenceRepository(REFERENCE))
        self.explanations = BetExplanations(
            self.databases, rulebooks, access, ScopeNames(base.database, self.databases.by_name["events"])
        )
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
        self.background = (self.goodwill_erasure.run,)

    async def close(self) -> None:
        """Close the databases of the subgraphs."""
        await self.databases.close()
