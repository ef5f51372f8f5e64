"""Weeks: their state, who has earned their reward, and opening or closing one by hand."""

from dataclasses import asdict
from datetime import datetime

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.graph.area import OfficeInfo, permitted
from backoffice.operations.area import OperationsArea
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


def week_to_graphql(line: WeekLine) -> WeekInfo:
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


@strawberry.input
class WeekInput:
    """A week to open or to close by hand."""

    brand: str
    iso_week: str
    reason: str


@strawberry.type
class WeekQuery:
    """Reads of weeks."""

    @strawberry.field(
        description="The weeks of a brand.", directives=[permitted(Permission.OPERATIONS_READ, "brand")]
    )
    async def weeks(self, info: OfficeInfo, brand: str) -> list[WeekInfo]:
        """Return weeks."""
        return [
            week_to_graphql(line)
            for line in await info.context.area(OperationsArea).weeks.listed(info.context.actor, brand)
        ]

    @strawberry.field(
        description="The customers of a week who have earned its reward; this counts each of them.",
        directives=[permitted(Permission.OPERATIONS_READ, "brand")],
    )
    async def week_customers(self, info: OfficeInfo, brand: str, iso_week: str) -> list[WeekCustomersInfo]:
        """Count customers."""
        counted = await info.context.area(OperationsArea).weeks.customers(info.context.actor, brand, iso_week)
        return [WeekCustomersInfo(**asdict(one)) for one in counted]


@strawberry.type
class WeekMutation:
    """Changes of weeks."""

    @strawberry.mutation(
        description="Open a week by hand.",
        directives=[permitted(Permission.OPERATIONS_WEEK, "input.brand")],
    )
    async def open_week(self, info: OfficeInfo, input: WeekInput) -> list[WeekInfo]:  # noqa: A002
        """Open a week."""
        lines = await info.context.area(OperationsArea).weeks.open(
            info.context.actor, input.brand, input.iso_week, input.reason
        )
        return [week_to_graphql(line) for line in lines]

    @strawberry.mutation(
        description="Propose to close a week by hand; another person approves it. Needs a step-up.",
        directives=[permitted(Permission.OPERATIONS_WEEK, "input.brand")],
    )
    async def propose_close_week(self, info: OfficeInfo, input: WeekInput) -> ID:  # noqa: A002
        """Propose to close a week."""
        weeks = info.context.area(OperationsArea).weeks
        return ID(await weeks.propose_close(info.context.actor, input.brand, input.iso_week, input.reason))
