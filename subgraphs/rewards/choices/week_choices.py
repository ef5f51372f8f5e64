"""SQL of a week's choices: how many, how many are pending, and the customers behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.mutations.intents import PENDING
from subgraphs.rewards.models import INTENT, REWARD_CHOICE, REWARD_CONFIG, TAKEN


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """One customer's choice, with the terms of the chosen version; None if the version is not known."""

    customer: str
    reward_id: str
    config_version: int
    kind: str | None
    value_minor: int | None
    spins: int | None
    currency: str | None
    at: datetime


async def chosen(connection: AsyncConnection, brand: str, iso_week: str) -> dict[str, int]:
    """Return how many customers have chosen each reward for a week: one row for each reward is read."""
    c = TAKEN.c
    rows = await connection.execute(
        select(c.reward_id, c.taken).where(c.brand_id == brand, c.iso_week == iso_week)
    )
    return {reward_id: taken for reward_id, taken in rows if taken}


async def in_doubt(connection: AsyncConnection, brand: str, iso_week: str) -> dict[str, int]:
    """Return how many changes to each reward wait for the upstream's answer: they reserve its budget."""
    c = INTENT.c
    wanted = c.request[("body", "reward_id")].as_string().label("wanted")
    mine = (c.status == PENDING, c.brand_id == brand)
    of_week = c.request[("facts", "iso_week")].as_string() == iso_week
    pending = select(wanted).where(*mine, of_week, wanted.is_not(None)).subquery()
    rows = await connection.execute(select(pending.c.wanted, func.count()).group_by(pending.c.wanted))
    return {str(reward_id): int(number) for reward_id, number in rows}


async def choices_after(
    connection: AsyncConnection,
    brand: str,
    iso_week: str,
    after: str,
    limit: int,
    *,
    reward: str | None = None,
) -> Sequence[ChoiceRow]:
    """Return the choices of customers after the given one, by customer; of one reward, or of any."""
    c, config = REWARD_CHOICE.c, REWARD_CONFIG.c
    same = and_(
        config.brand_id == c.brand_id,
        config.reward_id == c.reward_id,
        config.config_version == c.config_version,
    )
    terms = (config.kind, config.value_minor, config.spins, config.currency)
    query = (
        select(c.customer_id, c.reward_id, c.config_version, *terms, c.chosen_at)
        .select_from(REWARD_CHOICE.outerjoin(REWARD_CONFIG, same))
        .where(c.brand_id == brand, c.iso_week == iso_week, c.customer_id > after)
        .order_by(c.customer_id)
        .limit(limit)
    )
    if reward is not None:
        query = query.where(c.reward_id == reward)
    return [ChoiceRow(*row) for row in await connection.execute(query)]
