"""Open bets and single ones, as traders look at them: each access is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, allows, require
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.subjects import customer_subject
from backoffice.errors import NotFound
from foundation.storage.database import Database
from subgraphs.bets.betting.bet import Bet
from subgraphs.bets.models import BETS, TRADING
from subgraphs.bets.records.reading import bets_by_id


class ShownBet(Struct, frozen=True):
    """A bet, and whether two people have declared it void."""

    bet: Bet
    is_void: bool


@dataclass(frozen=True, slots=True)
class OpenBets:
    """Reads bets.

    Attributes:
        database: The back office's.
        bets: That of bets; nothing is written to it here.
    """

    database: Database
    bets: Database
    audit: AuditLog

    async def of_selection(
        self, actor: Actor, brand: str, selection_id: str, first: int
    ) -> Sequence[ShownBet]:
        """Return up to `first` open bets on a selection, those that may win most first.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.BETTING_READ, brand)
        await self._look(actor, "bets", brand, f"bets:{brand}:{selection_id}")
        leg = TRADING.exposed_leg.c
        query = (
            select(leg.bet_id)
            .where(leg.brand_id == brand, leg.selection_id == selection_id)
            .order_by((leg.returns_minor - leg.stake_minor).desc(), leg.bet_id)
            .limit(first)
        )
        async with self.bets.read() as connection:
            return await _shown(connection, list(await connection.scalars(query)))

    async def find(
        self, actor: Actor, bet_id: str, permission: Permission = Permission.BETTING_READ
    ) -> ShownBet:
        """Return a bet; the access is recorded.

        Raises:
            NotFound: There is no such bet that the actor may see.
        """
        found = await self.read([bet_id])
        if not found or not allows(actor, permission, found[0].bet.brand_id):
            await self._look(actor, "bet", None, f"bet:{bet_id[:64]}")
            raise NotFound("There is no such bet.")
        bet = found[0].bet
        await self._look(actor, "bet", bet.brand_id, customer_subject(bet.owner))
        return found[0]

    async def read(self, bet_ids: Sequence[str]) -> list[ShownBet]:
        """Return bets in the order of their ids, to somebody whose access is recorded already."""
        async with self.bets.read() as connection:
            return await _shown(connection, bet_ids)

    async def _look(self, actor: Actor, what: str, brand: str | None, subject: str) -> None:
        await self.audit.record_access(
            self.database, actor, f"betting.look_at_{what}", brand=brand, subject=subject
        )


async def _shown(connection: AsyncConnection, bet_ids: Sequence[str]) -> list[ShownBet]:
    by_id = {bet.bet_id: bet for bet in await bets_by_id(connection, BETS, bet_ids)}
    c = TRADING.bet_void.c
    void = set(await connection.scalars(select(c.bet_id).where(c.bet_id.in_(sorted(by_id)))))
    return [ShownBet(by_id[bet_id], bet_id in void) for bet_id in bet_ids if bet_id in by_id]
