"""Weeks and their customers as operators see them."""

from datetime import datetime

import strawberry
from strawberry import ID

from subgraphs.progress.weeks.overview import WeekLine


@strawberry.type(description="A week for the customers of one jurisdiction and currency.")
class WeekInfo:
    """A week."""

    id: ID
    brand: str
    iso_week: str
    jurisdiction: str
    currency: str
    state: str
    confirmed: bool
    opened_with: int | None
    scheme: int | None
    waits_for: str | None = strawberry.field(description="What has to happen next; null if it is final.")
    until: datetime | None = strawberry.field(description="When that is due.")


@strawberry.type(description="How many customers of a week have a status of qualification.")
class WeekCustomersInfo:
    """A number of customers."""

    jurisdiction: str
    currency: str
    status: str = strawberry.field(description="provisional, confirmed or revoked.")
    customers: int


def shown_week(line: WeekLine) -> WeekInfo:
    """Return a week."""
    return WeekInfo(
        id=ID(f"{line.brand}:{line.week}:{line.jurisdiction}:{line.currency}"),
        brand=line.brand,
        iso_week=line.week,
        jurisdiction=line.jurisdiction,
        currency=line.currency,
        state=line.state,
        confirmed=line.confirmed,
        opened_with=line.opened_with,
        scheme=line.scheme,
        waits_for=line.waits_for or None,
        until=line.until,
    )
