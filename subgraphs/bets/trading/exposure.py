"""What the house may lose by open bets, kept with each bet that is made or ends, so that a limit is strict.

A multiple counts at each of its selections with all that it may return, and so does a stake: the sums are
never less than what is true. Whoever counts a bet locks its selections in one order until the transaction
ends, and so all bets on one selection are decided one after another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import and_, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import upsert
from subgraphs.bets.accepting.acceptance import Refused, TakenLeg
from subgraphs.bets.betting.bet import Bet, BetStatus
from subgraphs.bets.settlement.outcomes import LegResult, Outcome
from subgraphs.bets.settlement.returns import Leg, potential_returns, returns_of
from subgraphs.bets.trading.tables import TradingTables
from subgraphs.kit.domain.selections import market_of
from subgraphs.kit.graphql.platform_errors import PlatformErrorCode

MAX_NAME: Final = 400
"""Of an event, market or selection: what is longer is cut."""

_UNSETTLED: Final = (BetStatus.PENDING.value, BetStatus.OPEN.value)
_OVERSTAKED: Final = "With your open bets, this stake is higher than the highest we take on {}."
_SUMS: Final = ("stake_minor", "returns_minor", "places_minor")
_ADDED: Final = (*_SUMS, "bets")


class ExposedSelection(Struct, frozen=True, kw_only=True):
    """A selection that is bet on, as its first bet names it.

    Attributes:
        kind: The platform's name of the market's kind; "" if it is not known.
    """

    selection_id: str
    sports_event_id: str
    sport: str
    kind: str
    event: str
    market: str
    pick: str
    starts_at: datetime

    @property
    def market_id(self) -> str:
        """Return the id of its market."""
        return market_of(self.selection_id)


class ExposedBet(Struct, frozen=True, kw_only=True):
    """A bet, as far as it counts for what the house may lose, in minor units.

    Attributes:
        stake_minor: What the customer pays for it: nothing if it is free.
        returns_minor: All that it may return.
        places_minor: What it returns if its selections are placed, and none wins; 0 unless it is each way.
    """

    bet_id: str
    brand_id: str
    currency: str
    stake_minor: int
    returns_minor: int
    places_minor: int
    selections: tuple[ExposedSelection, ...]


def exposed_bet(bet: Bet) -> ExposedBet:
    """Return how a bet counts, by its legs as they are made."""
    stake, each_way, is_free = bet.slip.stake_minor, bet.slip.each_way, bool(bet.slip.free_bet)
    legs = [Leg(odds_milli=leg.odds_milli, terms=leg.terms) for leg in bet.legs]
    placed = [
        Leg(odds_milli=leg.odds_milli, terms=leg.terms, outcome=Outcome(result=LegResult.PLACED))
        for leg in legs
    ]
    return ExposedBet(
        bet_id=bet.bet_id,
        brand_id=bet.brand_id,
        currency=bet.slip.currency,
        stake_minor=0 if is_free else bet.slip.total_minor,
        returns_minor=potential_returns(stake, legs, each_way=each_way, is_free=is_free),
        places_minor=returns_of(stake, placed, each_way=True, is_free=is_free) if each_way else 0,
        selections=tuple(map(_selection, bet.legs)),
    )


def _selection(leg: TakenLeg) -> ExposedSelection:
    return ExposedSelection(
        selection_id=leg.selection_id,
        sports_event_id=leg.sports_event_id,
        sport=leg.sport,
        kind=leg.market_kind,
        event=leg.event[:MAX_NAME],
        market=leg.market[:MAX_NAME],
        pick=leg.pick[:MAX_NAME],
        starts_at=leg.starts_at,
    )


@dataclass(frozen=True, slots=True)
class Exposures:
    """Counts open bets, each once, in the transactions that decide about them."""

    tables: TradingTables

    async def take(
        self,
        connection: AsyncConnection,
        bet: ExposedBet,
        limits: Mapping[str, int],
        stakes: Mapping[str, int] | None = None,
    ) -> Refused | None:
        """Count a bet, unless the house could then lose more than it wants to; a bet counts once.

        Nor if the customer's open bets on a selection would then cost more than one of them may.

        Args:
            connection: In the write transaction that decides the bet, whose row is locked.
            bet: The bet.
            limits: What the house may lose if a selection wins, in minor units; of others there is no limit.
            stakes: What the customer's open bets on a selection may cost in all; likewise.

        Returns:
            Why the bet is not taken, which then does not count; None if it counts.
        """
        legs = _legs(bet)
        if await self._legs_of(connection, bet.bet_id):
            return None
        await connection.execute(self.tables.exposed_leg.insert(), legs)
        await connection.execute(upsert(connection.dialect.name, self.tables.exposed_selection, _named(bet)))
        await self._add(connection, legs, 1)
        beyond, why = await self._beyond(connection, bet, limits), "We can't take this much on {} right now."
        if beyond is None:
            beyond, why = await self._overstaked(connection, bet, stakes or {}), _OVERSTAKED
        if beyond is None:
            return None
        await self._remove(connection, bet.bet_id, legs)
        pick = next(selection.pick for selection in bet.selections if selection.selection_id == beyond)
        return Refused(PlatformErrorCode.STAKE_TOO_HIGH, f"{why.format(pick)} Choose a lower stake.")

    async def give_back(self, connection: AsyncConnection, bet_id: str) -> bool:
        """Count a bet no more: it is refused after all, or has its first settlement.

        Args:
            connection: In the write transaction that decides it, in which the bet's row is locked.
            bet_id: The bet.

        Returns:
            Whether it counted until then.
        """
        legs = await self._legs_of(connection, bet_id)
        if legs:
            await self._remove(connection, bet_id, legs)
        return bool(legs)

    async def forget(self, connection: AsyncConnection, before: datetime) -> int:
        """Remove sums and names of selections that began before an instant, and have no open bet.

        Returns:
            How many selections were removed.
        """
        named, sums = self.tables.exposed_selection, self.tables.exposure
        of_row = (sums.c.brand_id == named.c.brand_id, sums.c.selection_id == named.c.selection_id)
        has_begun = exists().where(*of_row, named.c.starts_at < before)
        await connection.execute(delete(sums).where(sums.c.bets == 0, has_begun))
        left = exists().where(*of_row)
        gone = await connection.execute(delete(named).where(named.c.starts_at < before, ~left))
        return int(gone.rowcount)

    async def _remove(
        self, connection: AsyncConnection, bet_id: str, legs: Sequence[Mapping[str, Any]]
    ) -> None:
        await connection.execute(
            delete(self.tables.exposed_leg).where(self.tables.exposed_leg.c.bet_id == bet_id)
        )
        await self._add(connection, legs, -1)

    async def _add(self, connection: AsyncConnection, legs: Sequence[Mapping[str, Any]], times: int) -> None:
        """Add legs to the sums, which stay locked until the transaction ends."""
        rows = [
            {name: leg[name] for name in ("brand_id", "currency", "selection_id")}
            | {name: leg[name] * times for name in _SUMS}
            | {"bets": times}
            for leg in sorted(legs, key=lambda leg: str(leg["selection_id"]))
        ]
        await connection.execute(upsert(connection.dialect.name, self.tables.exposure, rows, add=_ADDED))

    async def _beyond(
        self, connection: AsyncConnection, bet: ExposedBet, limits: Mapping[str, int]
    ) -> str | None:
        """Return a selection of a counted bet by which the house could lose more than its limit."""
        c = self.tables.exposure.c
        limited = sorted(
            selection.selection_id for selection in bet.selections if selection.selection_id in limits
        )
        if not limited:
            return None
        query = select(c.selection_id, (c.returns_minor - c.stake_minor).label("liability")).where(
            c.brand_id == bet.brand_id, c.currency == bet.currency, c.selection_id.in_(limited)
        )
        rows = await connection.execute(query.order_by(c.selection_id))
        return next((row.selection_id for row in rows if row.liability > limits[row.selection_id]), None)

    async def _overstaked(
        self, connection: AsyncConnection, bet: ExposedBet, stakes: Mapping[str, int]
    ) -> str | None:
        """Return a selection of a counted bet on which all open bets of its customer cost too much.

        The selection's sums are locked: no other bet on it is counted meanwhile.
        """
        leg = self.tables.exposed_leg
        asked, open_bet = (leg.metadata.tables["bet"].alias(name) for name in ("asked", "open_bet"))
        o, c = open_bet.c, leg.c
        same = (o.brand_id == asked.c.brand_id, o.customer_id == asked.c.customer_id)
        query = (
            select(c.selection_id, func.sum(o.total_minor).label("total"))
            .join_from(asked, open_bet, and_(*same, o.status.in_(_UNSETTLED)))
            .join(leg, and_(c.bet_id == o.bet_id, c.currency == bet.currency))
            .where(asked.c.bet_id == bet.bet_id, c.selection_id.in_(sorted(stakes)))
            .group_by(c.selection_id)
            .order_by(c.selection_id)
        )
        rows = (await connection.execute(query)).all() if stakes else ()
        return next((row.selection_id for row in rows if row.total > stakes[row.selection_id]), None)

    async def _legs_of(self, connection: AsyncConnection, bet_id: str) -> list[dict[str, Any]]:
        leg = self.tables.exposed_leg
        query = select(leg).where(leg.c.bet_id == bet_id).order_by(leg.c.selection_id).with_for_update()
        return [dict(row) for row in (await connection.execute(query)).mappings()]


def _legs(bet: ExposedBet) -> list[dict[str, Any]]:
    return [
        {
            "bet_id": bet.bet_id,
            "selection_id": selection,
            "brand_id": bet.brand_id,
            "currency": bet.currency,
            "stake_minor": bet.stake_minor,
            "returns_minor": bet.returns_minor,
            "places_minor": bet.places_minor,
        }
        for selection in sorted(selection.selection_id for selection in bet.selections)
    ]


def _named(bet: ExposedBet) -> list[dict[str, Any]]:
    return [
        {
            "brand_id": bet.brand_id,
            "selection_id": selection.selection_id,
            "market_id": selection.market_id,
            "sports_event_id": selection.sports_event_id,
            "sport": selection.sport,
            "kind": selection.kind,
            "event": selection.event,
            "market": selection.market,
            "pick": selection.pick,
            "starts_at": selection.starts_at,
        }
        for selection in sorted(bet.selections, key=lambda selection: selection.selection_id)
    ]
