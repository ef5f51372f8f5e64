"""A database of the wallet, and customers who ask for limits and pay in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, func, select

from foundation.storage.database import Database
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.kit.records.outbox import Outbox
from subgraphs.wallet.limits.acts import Act
from subgraphs.wallet.limits.changes import Outcome, Wanted
from subgraphs.wallet.limits.claims import Claim, Claims
from subgraphs.wallet.limits.decision import Decision
from subgraphs.wallet.limits.limit import LimitKind
from subgraphs.wallet.limits.records import LimitRecords, Standing
from subgraphs.wallet.limits.store import LimitStore, Request
from subgraphs.wallet.models import LIMITS, METADATA, OUTBOX
from tests.support.database_probe import migrated

TABLES = LIMITS
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
OWNER = Owner("northbet", "c-1")
BRITISH = Standing("GB", "GBP", ZoneInfo("Europe/London"))
DANISH = Standing("DK", "DKK", ZoneInfo("Europe/Copenhagen"))
ELSEWHERE = replace(BRITISH, jurisdiction="ZZ")


@dataclass(frozen=True)
class LimitsFixture:
    """Limits in a database, each call in a transaction of its own."""

    database: Database
    claims: Claims
    numbers: "count[int]"

    @property
    def store(self) -> LimitStore:
        """Return what changes limits."""
        return self.claims.store

    def request(self, at: datetime = NOW, key: str | None = None, owner: Owner = OWNER) -> Request:
        """Return a request of the customer, under a key of its own."""
        return Request(owner, key or f"key-{next(self.numbers)}", owner.customer, at)

    async def ask(
        self,
        kind: LimitKind,
        amount: int | None,
        at: datetime = NOW,
        *,
        standing: Standing = BRITISH,
        key: str | None = None,
        owner: Owner = OWNER,
    ) -> Outcome | Refusal:
        """Ask for a limit."""
        wanted = Wanted(kind, amount, "" if kind is LimitKind.SESSION_MINUTES else standing.currency)
        async with self.database.write() as connection:
            return await self.store.set_limit(connection, self.request(at, key, owner), standing, wanted)

    async def claim(
        self,
        act: Act,
        amount: int,
        at: datetime = NOW,
        *,
        claim_id: str | None = None,
        standing: Standing = BRITISH,
        currency: str | None = None,
        owner: Owner = OWNER,
    ) -> Decision | Refusal:
        """Claim something, under an id of its own."""
        name = claim_id or f"claim-{next(self.numbers)}"
        claim = Claim(owner, name, act, amount, currency or standing.currency, at)
        async with self.database.write() as connection:
            return await self.claims.claim(connection, claim, standing)

    async def pay_in(self, amount: int, at: datetime = NOW, **options: Any) -> bool:
        """Claim a deposit; return whether it may be paid in."""
        decision = await self.claim(Act.DEPOSIT, amount, at, **options)
        return isinstance(decision, Decision) and decision.allowed

    async def give_back(self, claim_id: str, at: datetime = NOW) -> bool:
        """Give a claim back."""
        async with self.database.write() as connection:
            return await self.claims.give_back(connection, OWNER, claim_id, at)

    async def received(self, claim_id: str, at: datetime = NOW, standing: Standing = BRITISH) -> bool:
        """Note that a deposit arrived."""
        async with self.database.write() as connection:
            return await self.claims.received(connection, OWNER, claim_id, standing, at)

    async def used(self, kind: LimitKind, at: datetime = NOW, standing: Standing = BRITISH) -> int:
        """Return what is used of a limit in its frame."""
        async with self.database.read() as connection:
            snapshot = await self.claims.snapshot(connection, OWNER, standing, at)
        return snapshot.usage[kind].minor

    async def rows(self, table: Table) -> int:
        """Return how many rows a table has."""
        async with self.database.read() as connection:
            return int(await connection.scalar(select(func.count()).select_from(table)) or 0)


@asynccontextmanager
async def limits_at(url: str) -> AsyncIterator[LimitsFixture]:
    """Open a new database of the wallet."""
    async with migrated(url, "wallet", METADATA) as database:
        claims = Claims(LimitStore(LimitRecords(TABLES, database.dialect), Outbox(OUTBOX)))
        yield LimitsFixture(database, claims, count())
