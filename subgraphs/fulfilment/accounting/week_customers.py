"""The customers of a week by stage or reward, each list by an index: rare ones cost as little as others."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, Table, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.fulfilment.accounting.exclusion_sql import PROVISIONAL
from subgraphs.fulfilment.models import CHOICE, FULFILMENT, QUALIFICATION


class WeekCustomers:
    """Lists customers who may belong to a figure, by id; each list reads as many index entries as it returns.

    Lists may hold customers who do not belong to it: their rows decide.
    """

    def __init__(self, brand: str, iso_week: str) -> None:
        self._brand, self._iso_week = brand, iso_week
        self._lists: list[tuple[Table, Collection[ColumnElement[bool]]]] = []

    def qualified(self) -> "WeekCustomers":
        """Add all who have a qualification, whatever its status."""
        return self._add(QUALIFICATION)

    def provisional(self) -> "WeekCustomers":
        """Add those whose qualification may still change."""
        return self._add(QUALIFICATION, QUALIFICATION.c.status == PROVISIONAL)

    def chose(self, reward: str) -> "WeekCustomers":
        """Add those who chose a reward."""
        return self._add(CHOICE, CHOICE.c.reward_id == reward)

    def in_stages(self, stages: Collection[str], reward: str | None = None) -> "WeekCustomers":
        """Add those whose reward was opened and is in one of the stages; of one reward, or of any."""
        c = FULFILMENT.c
        for stage in sorted(stages):
            if reward is None:
                self._add(FULFILMENT, c.stage == stage)
                continue
            for named in (c.reward_id == reward, c.reward_id.is_(None)):  # null: the choice decides
                self._add(FULFILMENT, c.stage == stage, named)
        return self

    async def after(self, connection: AsyncConnection, customer: str, limit: int) -> Sequence[str]:
        """Return customers after the given one."""
        lists = [self._first(table, conditions, customer, limit) for table, conditions in self._lists]
        if not lists:
            return ()
        merged = union(*[select(one.subquery().c.customer_id) for one in lists]).subquery().c
        query = select(merged.customer_id).order_by(merged.customer_id).limit(limit)
        return (await connection.scalars(query)).all()

    def _first(
        self, table: Table, conditions: Collection[ColumnElement[bool]], after: str, limit: int
    ) -> Select[tuple[str]]:
        c = table.c
        mine = (c.brand_id == self._brand, c.iso_week == self._iso_week, *conditions, c.customer_id > after)
        return select(c.customer_id).where(*mine).order_by(c.customer_id).limit(limit)

    def _add(self, table: Table, *conditions: ColumnElement[bool]) -> "WeekCustomers":
        self._lists.append((table, conditions))
        return self
