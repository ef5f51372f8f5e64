"""What others are told of bets on games: each change of their money, once, in order, with what makes it so.

A message is `bet.state.v1`, as of a bet on sports, of the product `casino`: it says the whole state of a bet.
Prizes of suppliers are told in none: they are no bets, and no money of the house.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.domain.products import Product
from subgraphs.kit.records.outbox import Fact, Outbox
from subgraphs.kit.topics import BET_STATE_TOPIC
from subgraphs.wallet.aggregator.game_money import name_of, stake_of
from subgraphs.wallet.aggregator.transactions import GameTransaction, GameTransactions, Kind
from subgraphs.wallet.seamless.messages import Status

STATE_SCHEMA: Final = "bet.state/1"


class GameState(Struct, frozen=True):
    """How a bet on a game stands.

    Attributes:
        returns_minor: What it has paid in all, with a stake that went back; None while it is open.
    """

    status: str
    returns_minor: int | None


OPEN: Final = GameState("OPEN", None)


@dataclass(frozen=True, slots=True)
class GameStates:
    """Ends transactions, and tells how their bets stand then, in the caller's database transactions."""

    transactions: GameTransactions
    outbox: Outbox

    async def end(
        self, connection: AsyncConnection, ended: GameTransaction, status: Status, at: datetime
    ) -> None:
        """Note what became of a transaction, and tell of its bets, unless that has been done.

        Args:
            connection: In a write transaction that has read nothing of these bets.
            ended: The transaction.
            status: What became of it.
            at: The present instant of the machine's clock, by which the ledger's days count, too.
        """
        bets = await self._concerned(connection, ended) if status is Status.OK else ()
        if await self.transactions.end(connection, ended, status):
            for bet in bets:
                await self._tell(connection, bet, ended, at)

    async def _concerned(
        self, connection: AsyncConnection, ended: GameTransaction
    ) -> Sequence[GameTransaction]:
        """Return the bets whose money a transaction may change, held until the commit."""
        transactions, brand = self.transactions, ended.brand_id
        uuids = set(await transactions.open_bets(connection, ended)) if ended.round_closed else set()
        of: GameTransaction | None = ended
        while of is not None and of.kind in {Kind.WIN, Kind.ROLLBACK}:
            of = await transactions.find(connection, brand, of.reference or "")
        if of is not None and of.kind is Kind.BET:
            uuids.add(of.transaction_uuid)
        return await transactions.held(connection, brand, uuids)

    async def _tell(
        self, connection: AsyncConnection, bet: GameTransaction, ended: GameTransaction, at: datetime
    ) -> None:
        """Tell how a bet stands, if a transaction has changed that; one that was not made has no state."""
        if bet.is_prize or (bet.status is not Status.OK and bet.transaction_uuid != ended.transaction_uuid):
            return
        done = await self.transactions.done_of(connection, bet)
        closers = await self.transactions.closers(connection, bet) if bet.round else ()
        was_over = bet.revision > 1 or bet.round_closed
        was_over = was_over or any(uuid != ended.transaction_uuid for uuid in closers)
        after = state_of(bet, done, is_over=was_over or bool(closers))
        before = [other for other in done if other.transaction_uuid != ended.transaction_uuid]
        if bet.revision and after == state_of(bet, before, is_over=was_over):
            return
        revision = await self.transactions.count_revision(connection, bet)
        await self.outbox.put(connection, _fact(bet, after, revision, at), at)


def state_of(bet: GameTransaction, done: Iterable[GameTransaction], *, is_over: bool) -> GameState:
    """Return how a bet stands.

    Args:
        bet: It was made.
        done: What was done to it: its wins, its rollbacks, and those of its wins.
        is_over: Whether nothing more is expected, so that what has won nothing is lost.
    """
    done = tuple(done)
    taken_back = {other.reference for other in done if other.kind is Kind.ROLLBACK}
    wins = [other for other in done if other.kind is Kind.WIN and not other.is_prize]
    won = sum(win.amount_minor for win in wins if win.transaction_uuid not in taken_back)
    if bet.transaction_uuid in taken_back:
        return GameState("VOID", won + stake_of(bet))
    if won:
        return GameState("WON", won)
    return GameState("LOST", 0) if wins or is_over else OPEN


def _fact(bet: GameTransaction, state: GameState, revision: int, at: datetime) -> Fact:
    """Return what is told; what a game may pay yet is not known, so an open bet may return its stake."""
    returns, stake = state.returns_minor, bet.amount_minor
    bet_id = name_of(bet)
    return Fact(
        topic=BET_STATE_TOPIC,
        schema=STATE_SCHEMA,
        key=f"{bet.brand_id}:{bet.customer_id}",
        identity=f"{bet_id}#{revision}",
        body={
            "brand_id": bet.brand_id,
            "customer_id": bet.customer_id,
            "bet_id": bet_id,
            "bet_revision": revision,
            "status": state.status,
            "product": Product.CASINO.value,
            "stake_minor": stake,
            "counting_stake_minor": 0 if state.status == "VOID" else stake,
            "currency": bet.currency,
            "each_way": False,
            "stake_source": "free_bet" if bet.is_free else "cash",
            "returns_minor": returns,
            "potential_returns_minor": stake_of(bet) if returns is None else returns,
            "placed_at": bet.created_at.isoformat(),
            "occurred_at": max(bet.created_at, at).isoformat(),
            "legs": [],
        },
    )
