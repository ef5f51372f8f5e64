"""Weeks: their state, who has earned their reward, and opening or closing one by hand."""

from datetime import datetime

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.graph.area import OfficeInfo, permitted
from backoffice.operations.area import OperationsArea
from foundation.same_fields import with_fields_of
from subgraphs.kit.graphql.descriptions import described, fields_described
from subgraphs.progress.weeks.overview import WeekLine


@described
@strawberry.type
class WeekInfo:
    """A week for the customers of one jurisdiction and currency.

    Attributes:
        waits_for: What has to happen next; null if it is final.
        until: When that is due.
    """

    id: ID
    brand: str
    iso_week: str
    jurisdiction: str
    currency: str
    state: str
    confirmed: bool
    opened_with: int | None
    scheme: int | None
    waits_for: str | None
    until: datetime | None


@described
@strawberry.type
class WeekCustomersInfo:
    """How many customers of a week have a status of qualification.

    Attributes:
        status: provisional, confirmed or revoked.
    """

    jurisdiction: str
    currency: str
    status: str
    customers: int


def week_to_graphql(line: WeekLine) -> WeekInfo:
    """Return a week."""
    return with_fields_of(
        WeekInfo,
        line,
        id=ID(f"{line.brand}:{line.week}:{line.jurisdiction}:{line.currency}"),
        iso_week=line.week,
        waits_for=line.waits_for or None,
    )


@strawberry.input
class WeekInput:
    """A week to open or to close by hand."""

    brand: str
    iso_week: str
    reason: str


@fields_described
@strawberry.type
class WeekQuery:
    """Reads of weeks."""

    @strawberry.field(directives=[permitted(Permission.OPERATIONS_READ, "brand")])
    async def weeks(self, info: OfficeInfo, brand: str) -> list[WeekInfo]:
        """The weeks of a brand."""
        return [
            week_to_graphql(line)
            for line in await info.context.area(OperationsArea).weeks.listed(info.context.actor, brand)
        ]

    @strawberry.field(directives=[permitted(Permission.OPERATIONS_READ, "brand")])
    async def week_customers(self, info: OfficeInfo, brand: str, iso_week: str) -> list[WeekCustomersInfo]:
        """The customers of a week who have earned its reward; this counts each of them."""
        counted = await info.context.area(OperationsArea).weeks.customers(info.context.actor, brand, iso_week)
        return [with_fields_of(WeekCustomersInfo, counts) for counts in counted]


@fields_described
@strawberry.type
class WeekMutation:
    """Changes of weeks."""

    @strawberry.mutation(directives=[permitted(Permission.OPERATIONS_WEEK, "input.brand")])
    async def open_week(self, info: OfficeInfo, input: WeekInput) -> list[WeekInfo]:  # noqa: A002
        """Open a week by hand."""
        lines = await info.context.area(OperationsArea).weeks.open(
            info.context.actor, input.brand, input.iso_week, input.reason
        )
        return [week_to_graphql(line) for line in lines]

    @strawberry.mutation(directives=[permitted(Permission.OPERATIONS_WEEK, "input.brand")])
    async def propose_close_week(self, info: OfficeInfo, input: WeekInput) -> ID:  # noqa: A002
        """Propose to close a week by hand; another person approves it. Needs a step-up."""
        weeks = info.context.area(OperationsArea).weeks
        return ID(await weeks.propose_close(info.context.actor, input.brand, input.iso_week, input.reason))
