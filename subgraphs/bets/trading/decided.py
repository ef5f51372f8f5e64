"""What traders have decided, as bets have stored it: rules of brands, customers' factors, and voids."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import upsert
from subgraphs.bets.betting.bet import Bet
from subgraphs.bets.trading.rules import FULL_MILLI, NO_RULES, Limit, Scope, StakeRange, Target, TradingRules
from subgraphs.bets.trading.tables import TradingTables
from subgraphs.bets.trading.voids import Voids
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.selections import market_of
from subgraphs.kit.records.global_state import GlobalKind, trading_subject, void_subject


class Decided(Struct, frozen=True, kw_only=True):
    """Why something is as it is.

    Attributes:
        decided_by: Who decided it, or both people.
    """

    decision_id: str
    reason: str
    decided_by: str
    decided_at: datetime


class CustomerFactor(Struct, frozen=True):
    """Which part of what others may stake a customer may, in thousandths."""

    owner: Owner
    factor_milli: int
    decided: Decided


class BetVoid(Struct, frozen=True):
    """A bet that two people have declared void."""

    bet_id: str
    owner: Owner
    decided: Decided


_DECIDED: Final = Decided.__struct_fields__


@dataclass(frozen=True, slots=True)
class TradingDecisions:
    """Reads and writes decisions, in the caller's transactions.

    Attributes:
        tables: Those of trading.
        global_state: The last global messages, in the same database.
    """

    tables: TradingTables
    global_state: Table

    async def rules(self, connection: AsyncConnection, brand: str) -> TradingRules:
        """Return what the traders of a brand have decided."""
        states = await self._states(connection, GlobalKind.TRADING, [trading_subject(brand).key])
        return rules_of(next(iter(states), None))

    async def factor(self, connection: AsyncConnection, owner: Owner) -> int:
        """Return which part of what others may stake a customer may, in thousandths."""
        c = self.tables.factor.c
        mine = (c.brand_id == owner.brand, c.customer_id == owner.customer)
        factor = await connection.scalar(select(c.factor_milli).where(*mine))
        return FULL_MILLI if factor is None else factor

    async def voids(self, connection: AsyncConnection, bet: Bet) -> Voids:
        """Return what is void of a bet."""
        keys = []
        for leg in bet.legs:
            keys.append(void_subject(bet.brand_id, Scope.SELECTION, leg.selection_id).key)
            keys.append(void_subject(bet.brand_id, Scope.MARKET, market_of(leg.selection_id)).key)
        c = self.tables.bet_void.c
        is_void = await connection.scalar(select(c.bet_id).where(c.bet_id == bet.bet_id))
        states = [
            state for state in await self._states(connection, GlobalKind.VOID, keys) if state["is_void"]
        ]
        return Voids(
            bet=is_void is not None,
            markets=frozenset(state["id"] for state in states if state["scope"] == Scope.MARKET),
            selections=frozenset(state["id"] for state in states if state["scope"] == Scope.SELECTION),
        )

    async def store_factor(self, connection: AsyncConnection, factor: CustomerFactor) -> bool:
        """Store a customer's factor; return False, and change nothing, if a later one is stored."""
        table, c = self.tables.factor, self.tables.factor.c
        owner = {"brand_id": factor.owner.brand, "customer_id": factor.owner.customer}
        mine = (c.brand_id == factor.owner.brand, c.customer_id == factor.owner.customer)
        stored = await connection.scalar(select(c.decided_at).where(*mine).with_for_update())
        if stored is not None and stored >= factor.decided.decided_at:
            return False
        row = {**owner, "factor_milli": factor.factor_milli, **_columns(factor.decided)}
        columns = ("factor_milli", *_DECIDED)
        await connection.execute(upsert(connection.dialect.name, table, [row], update=columns))
        return True

    async def store_void(self, connection: AsyncConnection, void: BetVoid) -> bool:
        """Store that a bet is void; return False if that is stored."""
        table, c = self.tables.bet_void, self.tables.bet_void.c
        known = select(c.bet_id).where(c.bet_id == void.bet_id).with_for_update()
        if await connection.scalar(known) is not None:
            return False
        owner = {"brand_id": void.owner.brand, "customer_id": void.owner.customer}
        row = {"bet_id": void.bet_id, **owner, **_columns(void.decided)}
        await connection.execute(upsert(connection.dialect.name, table, [row]))
        return True

    async def _states(
        self, connection: AsyncConnection, kind: GlobalKind, keys: Collection[str]
    ) -> list[Mapping[str, Any]]:
        """Return the states of some subjects; what was not understood was not checked either."""
        c = self.global_state.c
        wanted = (c.kind == kind.value, c.key.in_(sorted(keys)), c.understood.is_(True))
        states = await connection.scalars(select(c.state).where(*wanted))
        return [state for state in states if state is not None]


class _Entry(Struct, frozen=True, kw_only=True):
    scope: Scope
    id: str
    currency: str = ""
    stake_minor: int | None = None
    liability_minor: int | None = None

    @property
    def target(self) -> Target:
        """Return what it is about."""
        return Target(self.scope, self.id)


class _Stakes(Struct, frozen=True, kw_only=True):
    currency: str
    minimum_minor: int
    maximum_minor: int


class _State(Struct, frozen=True, kw_only=True):
    suspended: tuple[_Entry, ...]
    limits: tuple[_Entry, ...]
    stakes: tuple[_Stakes, ...]
    max_legs: int | None
    delay_seconds: float | None


def rules_of(state: Mapping[str, Any] | None) -> TradingRules:
    """Return the rules that the state of a global message says; None says nothing."""
    if state is None:
        return NO_RULES
    read = msgspec.convert(state, _State)
    return TradingRules(
        suspended=frozenset(entry.target for entry in read.suspended),
        limits={
            (entry.target, entry.currency): Limit(stake=entry.stake_minor, liability=entry.liability_minor)
            for entry in read.limits
        },
        stakes={
            stakes.currency: StakeRange(stakes.minimum_minor, stakes.maximum_minor) for stakes in read.stakes
        },
        max_legs=read.max_legs,
        delay_seconds=read.delay_seconds,
    )


def _columns(decided: Decided) -> dict[str, Any]:
    return {name: getattr(decided, name) for name in _DECIDED}
