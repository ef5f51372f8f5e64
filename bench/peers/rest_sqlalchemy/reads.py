"""The three SELECTs of a bet-slip: account with progress and choice, membership, pending changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import MetaData, Row, Select, Table, and_, bindparam, exists, make_url, select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.peers.rest_sqlalchemy.sessions import Customer
from subgraphs.club import models as club
from subgraphs.progress import models as progress
from subgraphs.rewards import models as rewards


@dataclass(frozen=True, slots=True)
class Found:
    """The stored data of one customer.

    Attributes:
        account: The account, joined with progress and choice; None if the customer is unknown.
        events: The membership's events, oldest first.
        pending: Whether a change of membership, and of the choice, is pending.
    """

    account: Row[Any] | None
    events: Sequence[Row[Any]]
    pending: Row[Any]


class Reads:
    """The statements, built once, over the tables of three databases on one server."""

    def __init__(self, database_url: str) -> None:
        prefix = make_url(database_url).database

        def table(subgraph: str, declared: Table) -> Table:
            return declared.to_metadata(MetaData(), schema=f"{prefix}_{subgraph}")

        self._account = _account_query(
            table("club", club.REFERENCE.account),
            table("progress", progress.PROGRESS),
            table("rewards", rewards.REWARD_CHOICE),
        )
        self._events = _events_query(table("club", club.MEMBERSHIP_EVENT))
        self._pending = _pending_query(table("club", club.INTENT), table("rewards", rewards.INTENT))

    async def customer(self, session: AsyncSession, customer: Customer, iso_week: str) -> Found:
        """Read all data of a customer's bet-slip for a week."""
        key = {"brand": customer.brand, "customer": customer.id}
        account = (await session.execute(self._account, {**key, "week": iso_week})).first()
        events = (await session.execute(self._events, key)).all()
        pending = (await session.execute(self._pending, key)).one()
        return Found(account, events, pending)


def _account_query(account: Table, total: Table, choice: Table) -> Select[Any]:
    def this_week(table: Table) -> Any:
        same = and_(table.c.brand_id == account.c.brand_id, table.c.customer_id == account.c.customer_id)
        return and_(same, table.c.iso_week == bindparam("week"))

    return (
        select(
            account.c.status,
            account.c.verified,
            account.c.jurisdiction,
            account.c.currency,
            account.c.rg_state,
            account.c.promo_restricted,
            total.c.total_minor,
            total.c.counted_bets,
            total.c.as_of,
            choice.c.reward_id,
            choice.c.config_version,
            choice.c.version.label("choice_version"),
            choice.c.chosen_at,
        )
        .select_from(account.outerjoin(total, this_week(total)).outerjoin(choice, this_week(choice)))
        .where(*_of_customer(account))
    )


def _events_query(event: Table) -> Select[Any]:
    c = event.c
    return select(c.version, c.kind, c.at).where(*_of_customer(event)).order_by(c.version)


def _pending_query(club_intent: Table, rewards_intent: Table) -> Select[Any]:
    def under_way(table: Table) -> Any:
        return exists().where(*_of_customer(table), table.c.slot.is_not(None))

    return select(
        under_way(club_intent).label("membership"),
        under_way(rewards_intent).label("choice"),
    )


def _of_customer(table: Table) -> tuple[Any, Any]:
    return (table.c.brand_id == bindparam("brand"), table.c.customer_id == bindparam("customer"))
