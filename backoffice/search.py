"""The search over all areas: customers, bets, rewards and weeks of a brand, by what a person has typed.

Each kind is found by the area that has it, with that area's permission: who lacks it finds none of the kind.
Screens are not searched for here, because the browser knows them.
"""

from enum import Enum
from typing import Annotated, Final

import strawberry
from strawberry import ID

from backoffice.access import Actor, Permission, allows, require
from backoffice.content.area import ContentArea
from backoffice.graph.area import OfficeContext, OfficeInfo, permitted
from backoffice.operations.area import OperationsArea
from backoffice.support.area import SupportArea
from backoffice.support.lookup.customers import MAX_ID_LENGTH
from subgraphs.kit.graphql.descriptions import described, fields_described

LEAST_CHARACTERS: Final = 2
LEAST_OF_CUSTOMERS: Final = 3
"""Customers are looked for later than the rest, because each look at them is recorded."""

MAX_OF_A_KIND: Final = 5


class FoundKind(Enum):
    """What a search finds."""

    CUSTOMER = "customer"
    BET = "bet"
    REWARD = "reward"
    WEEK = "week"


described(strawberry.enum(FoundKind))


@described
@strawberry.type
class Found:
    """What a search has found.

    Attributes:
        id: The brand and the name, such as northbet:c-1.
        exact: Whether the whole name was typed.
        customer: Who placed it, if it is a bet.
    """

    id: ID
    kind: FoundKind
    brand: str
    name: str
    exact: bool
    customer: ID | None = None


Text = Annotated[
    str,
    strawberry.argument(
        description="The beginning of a customer's or a reward's id, a bet's whole id, or a week such as 48."
    ),
]


@fields_described
@strawberry.type
class Query:
    """Reads."""

    @strawberry.field(directives=[permitted(Permission.CONTENT_READ, "brand")])
    async def search(self, info: OfficeInfo, brand: str, text: Text) -> list[Found]:
        """What of a brand a text may mean: up to five of each kind that one may see.

        Where one may look at customers, a text of three characters or more is recorded as a look at them.
        """
        return await find(info.context, info.context.actor, brand, text)


async def find(context: OfficeContext, actor: Actor, brand: str, text: str) -> list[Found]:
    """Return what of a brand a text may mean.

    Raises:
        Forbidden: The actor has no part in this brand.
    """
    require(actor, Permission.CONTENT_READ, brand)
    wanted = text.strip()
    if not LEAST_CHARACTERS <= len(wanted) <= MAX_ID_LENGTH:
        return []
    hits: list[Found] = []
    if allows(actor, Permission.SUPPORT_READ, brand) and len(wanted) >= LEAST_OF_CUSTOMERS:
        matches = await context.area(SupportArea).customers.match(actor, brand, wanted, MAX_OF_A_KIND)
        hits += [_found(FoundKind.CUSTOMER, brand, customer, wanted) for customer in matches.customers]
        if matches.of_bet is not None:
            hits.append(_found(FoundKind.BET, brand, wanted, wanted, f"{brand}:{matches.of_bet}"))
    rewards = await context.area(ContentArea).service.rewards_named(actor, brand, wanted, MAX_OF_A_KIND)
    hits += [_found(FoundKind.REWARD, brand, reward, wanted) for reward in rewards]
    if allows(actor, Permission.OPERATIONS_READ, brand):
        weeks = await context.area(OperationsArea).weeks.named(actor, brand, wanted, MAX_OF_A_KIND)
        hits += [_found(FoundKind.WEEK, brand, week, wanted) for week in weeks]
    return hits


def _found(kind: FoundKind, brand: str, name: str, wanted: str, customer: str | None = None) -> Found:
    return Found(
        id=ID(f"{brand}:{name}"),
        kind=kind,
        brand=brand,
        name=name,
        exact=name == wanted,
        customer=None if customer is None else ID(customer),
    )
