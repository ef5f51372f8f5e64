"""Places a bet of the demo's slip as a betting site would: the stake first, then the bet.

The stake is reserved, the bet is kept and published, the stake is taken. If the bet is not published, the
stake goes back. A bet that comes again, also after a restart, is published as it was at first.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from foundation.storage.clock import Clock
from furlong.demo.bets.offers import Offers, Refusal, RefusalCode
from furlong.demo.bets.placed_bets import AnotherBet
from furlong.demo.bets.settled_slips import (
    OpenSlip,
    OpenSlips,
    SlipSettlement,
    opened_slips,
    running_settlements,
)
from furlong.demo.bets.slips import Placed, PlacedSlip
from furlong.demo.bets.wallets import DemoWallet
from furlong.demo.processes import DemoProcesses
from simulator.kafka.messages import Leg, bet_message
from simulator.kafka.messages import settled as settled_bet
from simulator.kafka.messages import voided as voided_bet
from simulator.kafka.publish import MessageProducer, slip_bet
from simulator.run import RunningSimulator
from simulator.world import Brand, World
from subgraphs.kit.domain.graph_ids import GraphId
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import Funds, Outcome, Status, Why
from subgraphs.wallet.opened import UnknownBrand

PATIENCE_SECONDS: Final = 60.0
"""How long the wallet's consumer may take to hear of the brands."""

CODES: Final[dict[Why, RefusalCode]] = {
    Why.INSUFFICIENT_FUNDS: "INSUFFICIENT_FUNDS",
    Why.LIMIT_REACHED: "LIMIT_REACHED",
    Why.SELF_EXCLUDED: "SELF_EXCLUDED",
    Why.COOLING_OFF: "COOLING_OFF",
    Why.SUSPENDED: "ACCOUNT_SUSPENDED",
    Why.NOT_ALLOWED_HERE: "NOT_ALLOWED_HERE",
    Why.WRONG_CURRENCY: "WRONG_CURRENCY",
}
"""Why the wallet refuses a stake, as the page says it."""


class WalletUnavailable(Exception):
    """Nobody knows whether a stake is reserved: the same bet may be sent again."""


@dataclass(frozen=True, slots=True)
class Betting:
    """Takes bets of one set of customers.

    Attributes:
        wallet: Their money.
        slips: Where bets wait for their results.
        counts_bets: Whether placed bets are counted now.
    """

    wallet: DemoWallet
    slips: OpenSlips
    producer: MessageProducer
    world: World
    clock: Clock
    counts_bets: Callable[[], bool]

    async def place(self, owner: Owner, slip: PlacedSlip, bet_id: UUID) -> Placed | Refusal:
        """Place a bet, once under an id, or return why the wallet refuses the stake.

        Raises:
            WalletUnavailable: It is not known whether the stake was reserved.
            AnotherBet: The id is that of another bet, or of one that was given up.
        """
        brand = self._brand(owner)
        wanted = OpenSlip(
            bet_id=str(bet_id),
            brand=owner.brand,
            customer=owner.customer,
            currency=brand.currency_of(owner.customer),
            stake_minor=slip.stake_minor,
            odds_milli=slip.odds_milli,
            selection_id=slip.selection_id or "",
            free_bet=slip.free_bet,
            placed_at=self.clock.now().isoformat(),
        )
        outcome = await self._reserved(wanted)
        if outcome.status is Status.REFUSED:
            if outcome.why not in CODES:
                raise AnotherBet("this bet was given up: place it again as another one")
            return Refusal(CODES[outcome.why])
        return await self._placed(wanted, brand, slip)

    async def tell(self, slip: OpenSlip, result: str) -> None:
        """Publish the result of a bet."""
        bet = slip_bet(
            self._brand(slip.owner),
            slip.customer,
            stake_minor=slip.stake_minor,
            odds_milli=slip.odds_milli,
            placed_at=slip.at,
            stake_source="free_bet" if slip.free_bet else "cash",
            bet_id=UUID(slip.bet_id),
            legs=(Leg(GraphId.parse(slip.selection_id).own, slip.odds_milli),),
        )
        now = self.clock.now()
        revised = settled_bet(bet, now) if result in {"WON", "LOST", "DEAD_HEAT"} else voided_bet(bet, now)
        await self.producer.publish([bet_message(revised)])

    async def _reserved(self, wanted: OpenSlip) -> Outcome:
        """Reserve a stake; who sends the same bet again after a doubt learns what became of it."""
        funds = self.wallet.wallet.funds
        try:
            await self.wallet.welcome(wanted.owner)
        except OSError:
            raise WalletUnavailable("the wallet does not answer") from None
        outcome = await funds.reserve(wanted.reservation)
        if outcome.status is Status.IN_DOUBT:
            raise WalletUnavailable("the wallet does not answer")
        return outcome

    async def _placed(self, wanted: OpenSlip, brand: Brand, slip: PlacedSlip) -> Placed:
        kept = self.slips.add(wanted)
        if (kept.selection_id, kept.odds_milli) != (wanted.selection_id, wanted.odds_milli):
            raise AnotherBet("a bet was placed under this id, on another selection or at other odds")
        bet = slip_bet(
            brand,
            wanted.customer,
            stake_minor=wanted.stake_minor,
            odds_milli=wanted.odds_milli,
            placed_at=kept.at,
            bet_type=slip.bet_type,
            stake_source="free_bet" if wanted.free_bet else "cash",
            bet_id=UUID(wanted.bet_id),
            legs=slip.legs,
        )
        funds = self.wallet.wallet.funds
        try:
            await self.producer.publish([bet_message(bet)])
        except BaseException:
            if kept is wanted:  # one that was placed before may have been published then
                self.slips.forget(wanted)
                await funds.release(wanted.reservation)
            raise
        await funds.settle(wanted.taken())
        return Placed(bet_id=bet.bet_id, is_counting=self.counts_bets())

    def _brand(self, owner: Owner) -> Brand:
        brand = self.world.brand(owner.brand)
        if brand is None:
            raise LookupError(f"the simulator has no brand {owner.brand}")
        return brand


@asynccontextmanager
async def taking_bets(
    data: Path,
    wallets: Sequence[DemoWallet],
    running: Sequence[DemoProcesses],
    simulator: RunningSimulator,
    clock: Clock,
) -> AsyncIterator[list[Betting]]:
    """Yield what takes the bets of each wallet's customers, and keeps them in a data folder."""
    for wallet, context in zip(wallets, running, strict=True):
        wallet.notices.to = context.bus.customers_changed
    async with opened_slips(data) as slips:
        yield [
            Betting(wallet, slips, simulator.producer, simulator.world, clock, context.counts_bets)
            for wallet, context in zip(wallets, running, strict=True)
        ]


@asynccontextmanager
async def running_bets(
    bets: Sequence[Betting], offers: Offers, customers: Iterable[Owner]
) -> AsyncIterator[None]:
    """Give customers their first money, and pay bets by a site's results while the block runs."""
    for owner in customers:
        await _welcome(next(betting.wallet for betting in bets if betting.wallet.has(owner)), owner)
    async with running_settlements(_settlement(bets, offers)):
        yield


async def _welcome(wallet: DemoWallet, owner: Owner) -> None:
    """Give a customer the first money; at the start, the wallet may not know their brand yet.

    Raises:
        UnknownBrand: It does not know it after a minute.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return await wallet.welcome(owner)
        except UnknownBrand:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)


def _settlement(bets: Sequence[Betting], offers: Offers) -> SlipSettlement:

    def betting_of(owner: Owner) -> Betting:
        return next(betting for betting in bets if betting.wallet.has(owner))

    def funds_of(owner: Owner) -> Funds:
        return betting_of(owner).wallet.wallet.funds

    async def tell(slip: OpenSlip, result: str) -> None:
        await betting_of(slip.owner).tell(slip, result)

    return SlipSettlement(bets[0].slips, funds_of, offers, tell)
