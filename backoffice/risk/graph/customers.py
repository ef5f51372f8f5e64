"""Customers behind a figure, in risk's part of the graph; money is in minor units."""

from datetime import datetime

import strawberry
from strawberry import ID

from backoffice.risk.rows import RiskFigure, RiskRow
from foundation.same_fields import with_fields_of
from subgraphs.kit.graphql.descriptions import described

described(strawberry.enum(RiskFigure, name="RiskFigure"))


@described
@strawberry.type
class RiskCustomer:
    """A customer in a figure; what the figure does not know is null."""

    id: ID
    customer: str
    at: datetime
    currency: str | None
    stage: str | None
    source: str | None
    reward: str | None
    version: int | None
    kind: str | None
    value_minor: float | None
    spins: int | None
    turnover_minor: float | None
    counted_bets: int | None


def customer_to_graphql(row: RiskRow) -> RiskCustomer:
    """Return a customer in a figure."""
    return with_fields_of(
        RiskCustomer, row, id=ID(row.customer), reward=row.reward_id, version=row.config_version
    )
