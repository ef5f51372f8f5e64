"""The rewards of one week: counted by stage and reward, and the customers behind each figure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, and_, case, func, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.fulfilment.accounting.stage_sql import (
    CONFIRMED,
    PROVISIONAL,
    SUMMED,
    ended_weeks,
    reward_column,
    stage_column,
    staged_rewards,
    was_excluded,
    with_reward,
)
from subgraphs.fulfilment.models import CHOICE, FULFILMENT, QUALIFICATION, REFERENCE

CUSTOMERS_PER_BATCH: Final = 5_000


@dataclass(frozen=True, slots=True)
class Home:
    """The jurisdiction and currency of a customer who has no reward yet: they decide the default reward.

    Attributes:
        jurisdiction, currency: Of the account; None if the account is not known.
    """

    jurisdiction: str | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class RewardLine:
    """The customers of a week with the same reward in the same stage.

    Attributes:
        reward_id: None if the reward is not known yet; then `home` decides the default.
        customers: How many.
        value_minor: Their value in minor units of `currency`.
        spins: How many free spins.
        unvalued: How many of the customers have a reward whose value is not money.
    """

    stage: str
    reward_id: str | None
    config_version: int | None
    kind: str | None
    currency: str
    home: Home | None
    customers: int
    value_minor: int
    spins: int
    unvalued: int


@dataclass(frozen=True, slots=True)
class RewardRow:
    """One customer's reward of a week.

    Attributes:
        status: Of the qualification: provisional, confirmed or revoked.
        stage: None if nothing is expected or owed and nothing was paid.
        at: When the qualification last changed.
    """

    customer: str
    status: str
    stage: str | None
    reward_id: str | None
    config_version: int | None
    kind: str | None
    currency: str
    home: Home | None
    value_minor: int | None
    spins: int | None
    at: datetime


async def reward_lines(
    connection: AsyncConnection, brand: str, iso_week: str, now: datetime
) -> list[RewardLine]:
    """Return the rewards of a week by stage, reward and currency.

    A reward may have several lines, each for a few thousand customers: one statement over all customers could
    exceed the time limit of statements.
    """
    stage = await _stage(connection, brand, iso_week, now)
    lines: list[RewardLine] = []
    after = ""
    while names := await qualified_after(connection, brand, iso_week, after, CUSTOMERS_PER_BATCH):
        lines += await _lines(connection, stage, brand, iso_week, (after, names[-1]))
        after = names[-1]
    return lines


async def _lines(
    connection: AsyncConnection,
    stage: ColumnElement[Any],
    brand: str,
    iso_week: str,
    between: tuple[str, str],
) -> list[RewardLine]:
    columns, customer = _columns(stage), QUALIFICATION.c.customer_id
    rewards = (
        _with_accounts(staged_rewards(columns, stage, brand, iso_week))
        .where(customer > between[0], customer <= between[1])
        .subquery("reward")
        .c
    )
    groups = [rewards[name] for name in columns]
    sums = [func.coalesce(func.sum(rewards[name]), 0) for name in SUMMED]
    unvalued_ones = func.sum(case((rewards.value_minor.is_(None), 1), else_=0))
    query = select(*groups, func.count(), *sums, unvalued_ones).group_by(*groups)
    lines = []
    for in_stage, reward, version, kind, unit, place, money, *numbers in await connection.execute(query):
        customers, worth, spins, unvalued = map(int, numbers)
        home = None if reward else Home(place, money)
        lines.append(
            RewardLine(in_stage, reward, version, kind, unit, home, customers, worth, spins, unvalued)
        )
    return lines


async def earned_weeks(
    connection: AsyncConnection, brand: str | None = None, iso_week: str | None = None
) -> list[tuple[str, str]]:
    """Return the weeks in which anybody has qualified, by brand and week; by default of all brands."""
    c = QUALIFICATION.c
    query = select(c.brand_id, c.iso_week).distinct().order_by(c.brand_id, c.iso_week)
    if brand is not None:
        query = query.where(c.brand_id == brand)
    if iso_week is not None:
        query = query.where(c.iso_week == iso_week)
    return [(row.brand_id, row.iso_week) for row in await connection.execute(query)]


async def qualified(connection: AsyncConnection, brand: str, iso_week: str) -> int:
    """Return how many customers have qualified in a week, and were not revoked."""
    c = QUALIFICATION.c
    wanted = (c.brand_id == brand, c.iso_week == iso_week, c.status.in_((PROVISIONAL, CONFIRMED)))
    return int(await connection.scalar(select(func.count()).select_from(QUALIFICATION).where(*wanted)) or 0)


async def qualified_after(
    connection: AsyncConnection, brand: str, iso_week: str, after: str, limit: int
) -> Sequence[str]:
    """Return customers after the given one who have a qualification of a week, whatever its status."""
    c = QUALIFICATION.c
    mine = (c.brand_id == brand, c.iso_week == iso_week, c.customer_id > after)
    customer_ids = await connection.scalars(
        select(c.customer_id).where(*mine).order_by(c.customer_id).limit(limit)
    )
    return customer_ids.all()


async def reward_rows(
    connection: AsyncConnection, brand: str, iso_week: str, now: datetime, customers: Collection[str]
) -> list[RewardRow]:
    """Return the rewards of customers, by id; those who have no qualification are absent."""
    q, c = QUALIFICATION.c, FULFILMENT.c
    stage = await _stage(connection, brand, iso_week, now)
    columns = {
        **_columns(stage),
        "customer": q.customer_id,
        "status": q.status,
        "at": func.coalesce(c.changed_at, q.occurred_at, type_=q.occurred_at.type),
        "value_minor": reward_column("value_minor"),
        "spins": reward_column("spins"),
    }
    named = [column.label(name) for name, column in columns.items()]
    mine = (q.brand_id == brand, q.iso_week == iso_week, q.customer_id.in_(sorted(customers)))
    query = _with_accounts(select(*named).select_from(with_reward())).where(*mine)
    rows = await connection.execute(query.order_by(q.customer_id))
    return [_row(dict(row)) for row in rows.mappings()]


async def _stage(connection: AsyncConnection, brand: str, iso_week: str, now: datetime) -> ColumnElement[Any]:
    weeks = await ended_weeks(connection, now, (brand, iso_week))
    return stage_column(was_excluded(weeks, reward_column("product")))


def _with_accounts(query: Select[Any]) -> Select[Any]:
    account, q = REFERENCE.account, QUALIFICATION.c
    mine = and_(account.c.brand_id == q.brand_id, account.c.customer_id == q.customer_id)
    return query.outerjoin(account, mine)


def _columns(stage: ColumnElement[Any]) -> dict[str, ColumnElement[Any]]:
    account, reward = REFERENCE.account.c, reward_column("reward_id")
    return {
        "stage": stage,
        "reward_id": reward,
        "config_version": reward_column("config_version"),
        "kind": reward_column("kind"),
        "currency": func.coalesce(FULFILMENT.c.currency, CHOICE.c.currency, QUALIFICATION.c.currency),
        "place": case((reward.is_(None), account.jurisdiction), else_=None),
        "money": case((reward.is_(None), account.currency), else_=None),
    }


def _row(row: Mapping[str, Any]) -> RewardRow:
    names = [name for name in RewardRow.__slots__ if name != "home"]
    home = None if row["reward_id"] else Home(row["place"], row["money"])
    return RewardRow(**{name: row[name] for name in names}, home=home)


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
        merged = union(*[select(query.subquery().c.customer_id) for query in lists]).subquery().c
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
