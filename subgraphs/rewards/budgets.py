"""How many customers may choose a reward in a week, and how many have: places, taken in transactions."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import Select, and_, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import upsert
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.kit.mutations.intents import PENDING
from subgraphs.rewards.models import BUDGET, INTENT, REWARD_CHOICE, TAKEN

EVERY_WEEK: Final = ""
"""Stands for the week of a budget that holds for every week without one of its own."""

NOTHING: Final[frozenset[str]] = frozenset()


class BudgetKey(NamedTuple):
    """What a budget is for; `iso_week` may be `EVERY_WEEK`."""

    brand: str
    reward_id: str
    iso_week: str


class Use(NamedTuple):
    """How far the budget of a reward is used in a week.

    Attributes:
        rewards: so many customers may choose it.
        taken: so many have.
    """

    rewards: int
    taken: int

    @property
    def spent(self) -> bool:
        """Whether nobody else may choose it."""
        return self.taken >= self.rewards


class SpentRewards(NamedTuple):
    """The rewards whose budget of a week is spent; of other weeks it says nothing."""

    iso_week: str = ""
    rewards: frozenset[str] = NOTHING

    def within(self, iso_week: str) -> frozenset[str]:
        """Those of a week."""
        return self.rewards if iso_week == self.iso_week else NOTHING


NONE_SPENT: Final = SpentRewards()


@dataclass(frozen=True, slots=True)
class BudgetRepository:
    """Reads and writes of budgets; the dialect is the connection's."""

    async def budgets(self, connection: AsyncConnection, brands: Collection[str]) -> dict[BudgetKey, int]:
        """All budgets of brands, in numbers of rewards."""
        c = BUDGET.c
        rows = await connection.execute(select(BUDGET).where(c.brand_id.in_(sorted(brands))))
        return {BudgetKey(row.brand_id, row.reward_id, row.iso_week): row.rewards for row in rows}

    async def put(self, connection: AsyncConnection, key: BudgetKey, rewards: int) -> None:
        """Sets a budget. Who has chosen the reward before keeps it, also beyond a lower one."""
        row = {"brand_id": key.brand, "reward_id": key.reward_id, "iso_week": key.iso_week}
        statement = upsert(connection.dialect.name, BUDGET, [row | {"rewards": rewards}], update=("rewards",))
        await connection.execute(statement)

    async def remove(self, connection: AsyncConnection, key: BudgetKey) -> None:
        """Lets a reward be chosen without end, or as often as in every week."""
        c = BUDGET.c
        found = and_(c.brand_id == key.brand, c.reward_id == key.reward_id, c.iso_week == key.iso_week)
        await connection.execute(delete(BUDGET).where(found))

    async def use(self, connection: AsyncConnection, brand: str, iso_week: str) -> dict[str, Use]:
        """How far each budget of a brand's week is used, by reward. One SELECT."""
        rows = await connection.execute(_use_of(brand, iso_week))
        return {row.reward_id: Use(row.rewards, row.taken) for row in rows}

    async def spent(self, connection: AsyncConnection, brand: str, iso_week: str) -> SpentRewards:
        """The rewards of a brand's week that nobody else may choose. One SELECT."""
        uses = await self.use(connection, brand, iso_week)
        return SpentRewards(iso_week, frozenset(reward_id for reward_id, use in uses.items() if use.spent))

    async def weeks(self, connection: AsyncConnection, brand: str) -> set[str]:
        """Those in which rewards were chosen, or that have budgets of their own."""
        chosen = await connection.scalars(
            select(TAKEN.c.iso_week).where(TAKEN.c.brand_id == brand).distinct()
        )
        own = (BUDGET.c.brand_id == brand, BUDGET.c.iso_week != EVERY_WEEK)
        planned = await connection.scalars(select(BUDGET.c.iso_week).where(*own).distinct())
        return {*chosen, *planned}

    async def brands(self, connection: AsyncConnection) -> list[str]:
        """Those that have budgets."""
        return sorted(await connection.scalars(select(BUDGET.c.brand_id).distinct()))

    async def has_place(self, connection: AsyncConnection, key: ClubKey, reward_id: str, intent: str) -> bool:
        """Whether a customer may choose a reward as far as its budget goes.

        Changes that are under way hold their places. Once the customer's own is written down, the answer is
        final: whoever asks after it waits for this transaction to end. The lock is taken then and not before,
        as settling a change takes the intent first as well.

        Args:
            connection: in a write transaction.
            key: the customer's week.
            reward_id: what they want.
            intent: the upstream key of their change.
        """
        use = (await self.use(connection, key.brand, key.iso_week)).get(reward_id)
        if use is None or await connection.scalar(_chosen(key)) == reward_id:
            return True
        if await connection.scalar(select(INTENT.c.upstream_key).where(INTENT.c.upstream_key == intent)):
            await _move(connection, key.brand, key.iso_week, {reward_id: 0})
            use = (await self.use(connection, key.brand, key.iso_week)).get(reward_id, use)
        held = (await connection.scalars(_held(key, reward_id, intent))).one()
        return use.taken + held < use.rewards


async def move_place(connection: AsyncConnection, key: ClubKey, before: str | None, after: str) -> None:
    """Counts a choice that was recorded; to be called in the transaction that records it.

    Args:
        connection: in a write transaction.
        key: the customer's week.
        before: the reward that was chosen until then; None where there was none.
        after: the reward that is chosen now.
    """
    if before != after:
        await _move(connection, key.brand, key.iso_week, {after: 1} | ({before: -1} if before else {}))


async def _move(connection: AsyncConnection, brand: str, iso_week: str, moves: dict[str, int]) -> None:
    """Changes what is taken, and keeps others from doing so until the transaction ends."""
    rows = [
        {"brand_id": brand, "iso_week": iso_week, "reward_id": reward_id, "taken": number}
        for reward_id, number in sorted(moves.items())
    ]
    await connection.execute(upsert(connection.dialect.name, TAKEN, rows, add=("taken",)))


def _use_of(brand: str, iso_week: str) -> Select[tuple[str, int, int]]:
    """A week's own budget comes after that of every week, and takes its place."""
    b, t = BUDGET.c, TAKEN.c
    same = and_(t.brand_id == b.brand_id, t.reward_id == b.reward_id, t.iso_week == iso_week)
    return (
        select(b.reward_id, b.rewards, func.coalesce(t.taken, 0).label("taken"))
        .select_from(BUDGET.outerjoin(TAKEN, same))
        .where(b.brand_id == brand, b.iso_week.in_((EVERY_WEEK, iso_week)))
        .order_by(b.reward_id, b.iso_week)
    )


def _chosen(key: ClubKey) -> Select[str]:
    """The reward that has the customer's place already, in whatever version."""
    c = REWARD_CHOICE.c
    mine = (c.brand_id == key.brand, c.customer_id == key.customer, c.iso_week == key.iso_week)
    return select(c.reward_id).where(*mine)


def _held(key: ClubKey, reward_id: str, intent: str) -> Select[int]:
    """How many other changes to the reward are under way."""
    c = INTENT.c
    return (
        select(func.count())
        .select_from(INTENT)
        .where(
            c.status == PENDING,
            c.brand_id == key.brand,
            c.upstream_key != intent,
            c.request[("body", "reward_id")].as_string() == reward_id,
            c.request[("facts", "iso_week")].as_string() == key.iso_week,
        )
    )
