"""Finance: the services behind its part of the graph."""

from backoffice.base import Base
from backoffice.finance.checks import FinancialChecks
from backoffice.finance.closes import DailyCloses
from backoffice.finance.corrections import Corrections
from backoffice.finance.payments.cases import PaymentCases
from backoffice.finance.payments.payment_list import PaymentList
from backoffice.finance.payments.processors import Processors
from backoffice.finance.payments.refunds import Refunds
from backoffice.finance.payments.withdrawals import Withdrawals
from backoffice.global_events.models import OUTBOX
from backoffice.graph.area import Area
from backoffice.subgraph_databases import SubgraphDatabases
from backoffice.support.lookup.customers import Customers
from backoffice.support.lookup.money import CustomerMoney
from backoffice.support.personal_data_access import PersonalDataAccess
from subgraphs.kit.records.outbox import Outbox


class FinanceArea(Area):
    """The services of finance over a base, with which their kinds of proposals are registered."""

    name = "finance"

    def __init__(self, base: Base) -> None:
        self._databases = databases = SubgraphDatabases.open(base.settings)
        self.wallet = wallet = databases.by_name["wallet"]
        publish = Outbox(OUTBOX).put
        self.closes = DailyCloses(base.database, wallet, base.approvals, publish, base.clock)
        self.corrections = Corrections(base.database, wallet, base.audit, base.approvals, publish, base.clock)
        customers = Customers(databases, PersonalDataAccess(base.database, base.audit), base.clock)
        self.money = CustomerMoney.over(wallet, customers, base.clock, frozenset(base.funds.operators))
        self.checks = FinancialChecks(base.database, wallet, base.audit, publish, base.clock)
        self.payments = PaymentList(base.database, wallet, base.audit)
        self.withdrawals = Withdrawals(base.database, wallet, base.audit, base.approvals, publish, base.clock)
        self.refunds = Refunds(base.database, wallet, base.audit, base.approvals, publish, base.clock)
        self.payment_cases = PaymentCases(base.database, wallet, base.audit, publish, base.clock)
        self.processors = Processors(wallet, base.clock, base.payments.read())
        for kind in (
            self.closes.proposal_kind,
            self.corrections.proposal_kind,
            self.withdrawals.proposal_kind,
            self.refunds.proposal_kind,
        ):
            base.approvals.register(kind)

    async def close(self) -> None:
        """Close the databases of the subgraphs."""
        await self._databases.close()
