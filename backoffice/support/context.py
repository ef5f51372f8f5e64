"""What the resolvers of support work with."""

from dataclasses import dataclass

from backoffice.access.actor import Actor
from backoffice.support.corrections.adjustments import Adjustments
from backoffice.support.goodwill.budgets import GoodwillBudgets
from backoffice.support.goodwill.credits import GoodwillCredits
from backoffice.support.lookup.bet_records import BetRecords
from backoffice.support.lookup.customers import Customers
from backoffice.support.lookup.explanations import BetExplanations
from backoffice.support.lookup.timeline import Timeline
from backoffice.support.privacy.holds import LegalHolds
from backoffice.support.privacy.requests import DataRequests


@dataclass(frozen=True, slots=True)
class SupportContext:
    """The context of a request."""

    actor: Actor
    customers: Customers
    timeline: Timeline
    explanations: BetExplanations
    records: BetRecords
    adjustments: Adjustments
    holds: LegalHolds
    requests: DataRequests
    goodwill: GoodwillCredits
    goodwill_budgets: GoodwillBudgets
