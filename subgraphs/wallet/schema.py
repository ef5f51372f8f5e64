"""The wallet's part of the graph: `Query.wallet`."""

from functools import cache

import strawberry
from strawberry import ID, Info

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.descriptions import fields_described
from subgraphs.kit.graphql.money import Money, money
from subgraphs.kit.graphql.schema_building import SubgraphSchema, build_schema
from subgraphs.kit.settings import Execution
from subgraphs.wallet.loaders import WalletContext, WalletView

WalletInfo = Info[WalletContext, None]


@strawberry.type
class Wallet:
    """A customer's money at a brand."""

    id: ID
    balance: Money


@fields_described
@strawberry.type
class Query:
    """Reads of the wallet."""

    @strawberry.field
    async def wallet(self, info: WalletInfo, brand: ID) -> Wallet | None:
        """The customer's own money; null without a session."""
        viewer = info.context.of_brand(brand)
        if viewer is None:
            return None
        return _wallet(await info.context.wallet_of(Owner(viewer.brand, viewer.customer)))


def _wallet(view: WalletView) -> Wallet:
    return Wallet(
        id=ID(f"{view.owner.brand}:{view.owner.customer}"),
        balance=money(view.balance, view.currency, view.locale),
    )


@cache
def create_schema(execution: Execution = "compiled") -> SubgraphSchema:
    """Return the wallet's schema, which the apps of this process share."""
    return build_schema(Query, execution=execution)
