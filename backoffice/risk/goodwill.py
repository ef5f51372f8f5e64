"""The goodwill credits behind the costs of goodwill, as risk's part of the graph shows them."""

from datetime import datetime

import strawberry
from strawberry import ID

from subgraphs.fulfilment.goodwill import GoodwillGiven


@strawberry.type(description="A goodwill credit: what, to whom, why, and who decided it.")
class RiskGoodwill:
    """A goodwill credit."""

    id: ID
    iso_week: str
    customer: str
    stage: str
    reward: str
    version: int
    kind: str
    currency: str
    value_minor: float
    cause: str
    proposed_by: str
    approved_by: str
    at: datetime = strawberry.field(description="When its state last changed.")


def shown_goodwill(one: GoodwillGiven) -> RiskGoodwill:
    """Return a credit as the graph shows it."""
    return RiskGoodwill(
        id=ID(one.credit_id),
        iso_week=one.iso_week,
        customer=one.customer_id,
        stage=one.stage,
        reward=one.reward_id,
        version=one.config_version,
        kind=one.kind,
        currency=one.currency,
        value_minor=one.value_minor,
        cause=one.cause,
        proposed_by=one.proposed_by,
        approved_by=one.approved_by,
        at=one.changed_at,
    )
