"""What a brand may still have to pay, in risk's part of the graph; money is in minor units."""

from datetime import datetime

import strawberry
from strawberry import ID

from backoffice.figures.repository import StoredReward
from backoffice.risk.service import LiabilityNow
from foundation.same_fields import with_fields_of
from subgraphs.club_kit.domain.schemes import Brand
from subgraphs.kit.graphql.descriptions import described


@described
@strawberry.type
class RiskBrand:
    """A brand whose figures one may see."""

    id: ID
    name: str
    currencies: list[str]


@described
@strawberry.type
class RiskReward:
    """The customers of a week with the same reward in the same stage.

    Attributes:
        stage: expected (qualified, the week is not closed), owed (confirmed, not credited), outstanding
            (credited, not used yet), used, expired, or stopped.
        source: set: the customer's reward is known; default: nothing is chosen yet, so the default counts;
            none: no reward can be paid.
        reward: Empty if no reward can be paid.
        unvalued: How many of them have a reward whose value is not money.
    """

    id: ID
    brand: str
    iso_week: str
    stage: str
    source: str
    reward: str
    version: int
    kind: str | None
    currency: str
    customers: int
    value_minor: float
    spins: float
    unvalued: int


@described
@strawberry.type
class RiskCell:
    """A cell whose counts are part of the figures.

    Attributes:
        as_of: The oldest of its counts of weeks that may still change.
    """

    id: ID
    cell: str
    partitions: str
    as_of: datetime


@described
@strawberry.type
class RiskLiability:
    """What a brand may still have to pay.

    Attributes:
        as_of: When it was counted; null if it was not yet.
        changes_in_doubt: Changes of choice without an answer: they may still change which reward is due.
        cells: When each cell counted its part of the figures, the oldest first; empty without cells.
    """

    brand: str
    as_of: datetime | None
    changes_in_doubt: int
    lines: list[RiskReward]
    cells: list[RiskCell]


def brand_to_graphql(brand: Brand) -> RiskBrand:
    """Return a brand."""
    return RiskBrand(id=ID(brand.id), name=brand.name, currencies=list(brand.currencies))


def reward_to_graphql(brand: str, stored: StoredReward) -> RiskReward:
    """Return a figure of rewards."""
    figure = stored.figure
    return with_fields_of(
        RiskReward,
        figure,
        id=ID(":".join([brand, *map(str, stored.key)])),
        brand=brand,
        iso_week=stored.iso_week,
        reward=figure.reward_id,
        version=figure.config_version,
    )


def liability_to_graphql(brand: str, liability: LiabilityNow) -> RiskLiability:
    """Return what a brand may still have to pay."""
    lines = [reward_to_graphql(brand, reward) for reward in liability.rewards]
    cells = [
        RiskCell(id=ID(f"{brand}:{cell.cell}"), cell=cell.cell, partitions=cell.partitions, as_of=cell.as_of)
        for cell in liability.cells
    ]
    return RiskLiability(
        brand=brand, as_of=liability.as_of, changes_in_doubt=liability.in_doubt, lines=lines, cells=cells
    )
