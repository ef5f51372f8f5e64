"""Budgets: values, the choices that use them up, and their allotment to cells, in SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, Select, and_, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.cells.cell import Cell
from foundation.storage.columns import upsert
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.kit.mutations.intents import PENDING
from subgraphs.rewards.models import ALLOTMENT, ASKED, BUDGET, CELL, INTENT, REWARD_CHOICE, TAKEN

EVERY_WEEK: Final = ""
"""The week of a budget that applies to every week without a budget of its own."""

NO_REWARDS: Final[frozenset[str]] = frozenset()


class BudgetKey(NamedTuple):
    """The key of a budget; `iso_week` may be `EVERY_WEEK`."""

    brand: str
    reward_id: str
    iso_week: str


class BudgetUse(NamedTuple):
    """The use of a reward's budget in a week.

    Attributes:
        rewards: How many customers may choose the reward; in a cell, the cell's share.
        taken: How many customers have chosen it.
        more_elsewhere: Whether other cells may have a part of the budget left, of which this one can be given
            some.
    """

    rewards: int
    taken: int
    more_elsewhere: bool = False

    @property
    def spent(self) -> bool:
        """Return whether no other customer may choose the reward."""
        return self.taken >= self.rewards and not self.more_elsewhere


@dataclass(frozen=True, slots=True)
class Allotment:
    """How a budget's week is divided among cells.

    Attributes:
        shares: The cells' shares by name, first and last partition.
        spent: Whether nothing is left in any cell.
    """

    shares: Mapping[tuple[str, int, int], int]
    spent: bool

    def use(self, cell: Cell, budget: int, taken: int) -> BudgetUse:
        """Return a cell's use of a budget; a cell that has other partitions now has no share."""
        share = min(self.shares.get((cell.name, cell.first, cell.last), 0), budget)
        return BudgetUse(share, taken, not self.spent and taken < budget)


NOTHING_ALLOTTED: Final = Allotment({}, spent=False)


class SpentRewards(NamedTuple):
    """The rewards whose budget is spent in one week; about other weeks it says nothing."""

    iso_week: str = ""
    rewards: frozenset[str] = NO_REWARDS

    def within(self, iso_week: str) -> frozenset[str]:
        """Return the rewards of a week."""
        return self.rewards if iso_week == self.iso_week else NO_REWARDS


NONE_SPENT: Final = SpentRewards()


_KEY: Final = ("brand_id", "iso_week", "reward_id")


class AllottedUse(NamedTuple):
    """What a cell has used of a budget's week.

    Attributes:
        shares: Of all cells, as this one knows them.
        taken: How many customers have chosen the reward.
        refused: How many requests were refused because the share was used up.
    """

    brand: str
    reward_id: str
    iso_week: str
    shares: Allotment
    taken: int
    refused: int


def allotment_of(shares: Sequence[Mapping[str, Any]], *, spent: bool) -> Allotment:
    """Return the allotment that stored shares describe."""
    return Allotment(
        {(share["cell"], share["first"], share["last"]): share["rewards"] for share in shares}, spent=spent
    )


async def replace_allotment(
    connection: AsyncConnection,
    key: tuple[str, str, str],
    shares: Sequence[Mapping[str, Any]],
    *,
    spent: bool,
) -> None:
    """Replace the allotment of brand, week and reward. Choices that have been accepted so far stay accepted.

    The lock makes requests that were checked against the former share visible to the next report.
    """
    await lock_allotment(connection, *key)
    row = dict(zip(_KEY, key, strict=True)) | {"shares": list(shares), "spent": spent}
    await connection.execute(upsert(connection.dialect.name, ALLOTMENT, [row], update=("shares", "spent")))


async def lock_allotment(connection: AsyncConnection, brand: str, iso_week: str, reward_id: str) -> None:
    """Lock the number of choices of a reward until the transaction ends."""
    row = {"brand_id": brand, "iso_week": iso_week, "reward_id": reward_id, "taken": 0}
    await connection.execute(upsert(connection.dialect.name, TAKEN, [row], add=("taken",)))


async def record_refusal(connection: AsyncConnection, brand: str, iso_week: str, reward_id: str) -> None:
    """Count a request that was refused because the cell's share is used up."""
    row = {"brand_id": brand, "iso_week": iso_week, "reward_id": reward_id, "asked": 1}
    await connection.execute(upsert(connection.dialect.name, ASKED, [row], add=("asked",)))


async def allotted_weeks(connection: AsyncConnection, since: str) -> list[tuple[str, str]]:
    """Return the brands and weeks, from a week on, whose budgets are allotted."""
    c = ALLOTMENT.c
    query = select(c.brand_id, c.iso_week).where(c.iso_week >= since).distinct()
    return [(brand, week) for brand, week in await connection.execute(query)]


async def allotment_uses(connection: AsyncConnection, since: str) -> list[AllottedUse]:
    """Return the use of all allotted budgets from a week on. One SELECT."""
    a, t, asked = ALLOTMENT.c, TAKEN.c, ASKED.c
    query = (
        select(
            a.brand_id,
            a.reward_id,
            a.iso_week,
            a.shares,
            a.spent,
            func.coalesce(t.taken, 0).label("taken"),
            func.coalesce(asked.asked, 0).label("asked"),
        )
        .select_from(
            ALLOTMENT.outerjoin(TAKEN, and_(*(t[name] == a[name] for name in _KEY))).outerjoin(
                ASKED, and_(*(asked[name] == a[name] for name in _KEY))
            )
        )
        .where(a.iso_week >= since)
        .order_by(a.brand_id, a.iso_week, a.reward_id)
    )
    return [
        AllottedUse(
            row.brand_id,
            row.reward_id,
            row.iso_week,
            allotment_of(row.shares, spent=row.spent),
            row.taken,
            row.asked,
        )
        for row in await connection.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class BudgetRepository:
    """Reads and writes of budgets; the dialect is the connection's."""

    async def budgets(self, connection: AsyncConnection, brands: Collection[str]) -> dict[BudgetKey, int]:
        """Return all budgets of brands, in numbers of rewards."""
        c = BUDGET.c
        rows = await connection.execute(select(BUDGET).where(c.brand_id.in_(sorted(brands))))
        return {BudgetKey(row.brand_id, row.reward_id, row.iso_week): row.rewards for row in rows}

    async def put(self, connection: AsyncConnection, key: BudgetKey, rewards: int) -> None:
        """Set a budget. Customers who have chosen the reward keep it, even if the new budget is lower."""
        row = {"brand_id": key.brand, "reward_id": key.reward_id, "iso_week": key.iso_week}
        statement = upsert(connection.dialect.name, BUDGET, [row | {"rewards": rewards}], update=("rewards",))
        await connection.execute(statement)

    async def remove(self, connection: AsyncConnection, key: BudgetKey) -> None:
        """Remove a budget: the reward then has no limit, or the limit of every week."""
        c = BUDGET.c
        of_key = and_(c.brand_id == key.brand, c.reward_id == key.reward_id, c.iso_week == key.iso_week)
        await connection.execute(delete(BUDGET).where(of_key))

    async def use(self, connection: AsyncConnection, brand: str, iso_week: str) -> dict[str, BudgetUse]:
        """Return the use of each budget of a brand's week, by reward. One SELECT."""
        rows = await connection.execute(_use_of(brand, iso_week))
        return {row.reward_id: _use(row) for row in rows}

    async def taken(self, connection: AsyncConnection, brand: str, iso_week: str) -> dict[str, int]:
        """Return how many customers have chosen each reward in a brand's week, with a budget or without."""
        c = TAKEN.c
        rows = await connection.execute(
            select(c.reward_id, c.taken).where(c.brand_id == brand, c.iso_week == iso_week)
        )
        return {row.reward_id: row.taken for row in rows}

    async def spent(self, connection: AsyncConnection, brand: str, iso_week: str) -> SpentRewards:
        """Return the rewards of a brand's week whose budget is spent. One SELECT."""
        uses = await self.use(connection, brand, iso_week)
        return SpentRewards(iso_week, frozenset(reward_id for reward_id, use in uses.items() if use.spent))

    async def weeks(self, connection: AsyncConnection, brand: str) -> set[str]:
        """Return the weeks in which rewards were chosen, or that have budgets of their own."""
        chosen = await connection.scalars(
            select(TAKEN.c.iso_week).where(TAKEN.c.brand_id == brand).distinct()
        )
        own = (BUDGET.c.brand_id == brand, BUDGET.c.iso_week != EVERY_WEEK)
        planned = await connection.scalars(select(BUDGET.c.iso_week).where(*own).distinct())
        return {*chosen, *planned}

    async def brands(self, connection: AsyncConnection) -> list[str]:
        """Return the brands that have budgets."""
        return sorted(await connection.scalars(select(BUDGET.c.brand_id).distinct()))

    async def has_room(self, connection: AsyncConnection, key: ClubKey, reward_id: str, intent: str) -> bool:
        """Return whether the budget of a reward lets a customer choose it.

        Pending changes count as choices. Once the customer's own intent is stored, the answer is final: other
        transactions that ask wait for this one to end. The lock is taken only then, because settling a change
        locks the intent first as well.

        Args:
            connection: In a write transaction.
            key: The customer's week.
            reward_id: The wanted reward.
            intent: The upstream key of the customer's change.
        """
        use = (await self.use(connection, key.brand, key.iso_week)).get(reward_id)
        if use is None or await connection.scalar(_chosen(key)) == reward_id:
            return True
        if await self._fits(connection, key, reward_id, intent, use):
            return True
        if use.more_elsewhere:
            await record_refusal(connection, key.brand, key.iso_week, reward_id)
        return False

    async def _fits(
        self, connection: AsyncConnection, key: ClubKey, reward_id: str, intent: str, use: BudgetUse
    ) -> bool:
        if await connection.scalar(select(INTENT.c.upstream_key).where(INTENT.c.upstream_key == intent)):
            await lock_allotment(connection, key.brand, key.iso_week, reward_id)
            use = (await self.use(connection, key.brand, key.iso_week)).get(reward_id, use)
        pending = (await connection.scalars(_pending(key, reward_id, intent))).one()
        return use.taken + pending < use.rewards


async def count_choice(connection: AsyncConnection, key: ClubKey, before: str | None, after: str) -> None:
    """Count a recorded choice; call this in the transaction that records it.

    Args:
        connection: In a write transaction.
        key: The customer's week.
        before: The reward that was chosen until then; None if there was none.
        after: The reward that is chosen now.
    """
    if before != after:
        await _add_taken(connection, key.brand, key.iso_week, {after: 1} | ({before: -1} if before else {}))


async def _add_taken(connection: AsyncConnection, brand: str, iso_week: str, changes: dict[str, int]) -> None:
    """Add to the numbers of choices, which stay locked until the transaction ends."""
    rows = [
        {"brand_id": brand, "iso_week": iso_week, "reward_id": reward_id, "taken": number}
        for reward_id, number in sorted(changes.items())
    ]
    await connection.execute(upsert(connection.dialect.name, TAKEN, rows, add=("taken",)))


def _use_of(brand: str, iso_week: str) -> Select[Any]:
    """Return the query of budgets; a week's own budget replaces the one for every week.

    Without cells, the tables of cells and allotments are empty.
    """
    b, t, a, c = BUDGET.c, TAKEN.c, ALLOTMENT.c, CELL.c
    same = and_(t.brand_id == b.brand_id, t.reward_id == b.reward_id, t.iso_week == iso_week)
    of_cells = and_(a.brand_id == b.brand_id, a.reward_id == b.reward_id, a.iso_week == iso_week)
    taken = func.coalesce(t.taken, 0).label("taken")
    cell = (c.name, c.first, c.last, c.of)
    always = b.rewards > c.first - c.of  # SQLAlchemy refuses a join that compares nothing
    return (
        select(b.reward_id, b.rewards, taken, a.spent, a.shares, *cell)
        .select_from(BUDGET.outerjoin(TAKEN, same).outerjoin(ALLOTMENT, of_cells).outerjoin(CELL, always))
        .where(b.brand_id == brand, b.iso_week.in_((EVERY_WEEK, iso_week)))
        .order_by(b.reward_id, b.iso_week)
    )


def _use(row: Row[Any]) -> BudgetUse:
    """Return the use of a budget; a cell with all partitions has the whole budget."""
    if row.name is None or (row.first == 0 and row.last == row.of - 1):
        return BudgetUse(row.rewards, row.taken)
    cell = Cell(row.name, row.first, row.last, row.of)
    allotment = NOTHING_ALLOTTED if row.shares is None else allotment_of(row.shares, spent=row.spent)
    return allotment.use(cell, row.rewards, row.taken)


def _chosen(key: ClubKey) -> Select[str]:
    """Return the query of the reward that the customer has chosen, in any version."""
    c = REWARD_CHOICE.c
    mine = (c.brand_id == key.brand, c.customer_id == key.customer, c.iso_week == key.iso_week)
    return select(c.reward_id).where(*mine)


def _pending(key: ClubKey, reward_id: str, intent: str) -> Select[int]:
    """Return the query that counts other pending changes to the reward."""
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
