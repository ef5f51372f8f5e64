"""Clients that move customers' money and repeat each request until they know what became of it."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from sqlalchemy import insert

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import (
    DONE,
    IN_DOUBT,
    Funds,
    Outcome,
    Purpose,
    Reservation,
    ReservationState,
    Settlement,
)
from subgraphs.wallet.funds.codes import AccountCode, TransferCode, house_account, ledger_of
from subgraphs.wallet.ledger.proof import prove
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer
from subgraphs.wallet.models import REFERENCE
from subgraphs.wallet.opened import OpenedWallet
from tests.support.subgraphs.club_samples import brand_row, make_brand

BRAND: Final = "northbet"
CURRENCY: Final = "GBP"
CASH: Final = 2_000
PAUSE_SECONDS: Final = 0.05
HELD: Final = {ReservationState.RESERVED, ReservationState.SETTLED}
_MAY_BE: Final = {
    ReservationState.RELEASED: {ReservationState.RELEASED, ReservationState.REFUSED},
}
"""What was refused stays so, although its release is done: nothing was kept."""


async def deposit(wallet: OpenedWallet, owner: Owner, name: str, amount: int) -> None:
    """Give a customer cash, whose account may be new."""
    account = await wallet.accounts.open_cash(owner, CURRENCY, wallet.clock.now())
    transfer = Transfer(
        id=name,
        debit_account_id=house_account(owner.brand, CURRENCY, AccountCode.PAYMENTS),
        credit_account_id=account,
        amount=amount,
        ledger=ledger_of(CURRENCY),
        code=int(TransferCode.DEPOSIT),
    )
    assert (await wallet.ledger.create_transfer(transfer)).status is CreateTransferStatus.CREATED


@dataclass
class MoneyClients:
    """What some clients have asked for, and were told.

    Attributes:
        customers: Whose money it is.
        stands: How each reservation stands, as its client knows.
        returns: What each settlement has paid.
        doubts: How often an answer was not known.
    """

    customers: Sequence[Owner]
    seed: int = 0
    stakes: dict[str, Reservation] = field(default_factory=dict)
    stands: dict[str, ReservationState] = field(default_factory=dict)
    returns: dict[str, Settlement] = field(default_factory=dict)
    doubts: int = 0

    async def begin(self, wallet: OpenedWallet) -> None:
        """Let a wallet know the brand, and give each customer cash."""
        async with wallet.database.write() as connection:
            await connection.execute(insert(REFERENCE.brand), [brand_row(make_brand())])
        for number, owner in enumerate(self.customers):
            await deposit(wallet, owner, f"deposit-{number}", CASH)

    async def spend(self, name: str, funds: Funds, stopping: asyncio.Event) -> None:
        """Reserve, and settle, release or leave it, until told to stop; nothing stays in doubt."""
        chance, number = random.Random(f"{self.seed} {name}"), 0  # noqa: S311 - repeatable on purpose
        while not stopping.is_set():
            number += 1
            stake = Reservation(
                id=f"{name}-{number}",
                owner=chance.choice(self.customers),
                currency=CURRENCY,
                amount=chance.choice([1, 7, 40, 900]),
                purpose=chance.choice(list(Purpose)),
                seconds=7 * 24 * 3600,
            )
            self.stakes[stake.id] = stake
            if chance.random() < 0.1:  # who does not want it any more releases it, whether it came or not
                first = await funds.reserve(stake)
                await self._known(partial(funds.release, stake), first)
                self.stands[stake.id] = ReservationState.RELEASED
                continue
            outcome = await self._known(partial(funds.reserve, stake))
            is_kept = outcome == DONE
            self.stands[stake.id] = ReservationState.RESERVED if is_kept else ReservationState.REFUSED
            if is_kept and (end := chance.choice(["settle", "settle", "release", "leave"])) != "leave":
                await self._end(funds, stake, end, chance)

    async def _end(self, funds: Funds, stake: Reservation, end: str, chance: random.Random) -> None:
        if end == "release":
            assert await self._known(lambda: funds.release(stake)) == DONE
            self.stands[stake.id] = ReservationState.RELEASED
            return
        settlement = Settlement(
            id=f"{stake.id}-won",
            reservation=stake,
            returns=chance.choice([0, stake.amount, stake.amount * 2]),
        )
        assert await self._known(lambda: funds.settle(settlement)) == DONE
        self.stands[stake.id], self.returns[stake.id] = ReservationState.SETTLED, settlement

    async def _known(self, ask: Callable[[], Awaitable[Outcome]], first: Outcome = DONE) -> Outcome:
        """Ask until the answer is known."""
        self.doubts += first == IN_DOUBT
        while (outcome := await ask()) == IN_DOUBT:
            self.doubts += 1
            await asyncio.sleep(PAUSE_SECONDS)
        return outcome

    async def repeat(self, funds: Funds, share: float = 0.2) -> None:
        """Repeat some requests: the answers are the same, and nothing moves."""
        chance = random.Random(self.seed)  # noqa: S311 - repeatable on purpose
        for id_, settlement in self.returns.items():
            if chance.random() < share:
                assert await funds.settle(settlement) == DONE
                assert await funds.reserve(self.stakes[id_]) == DONE

    async def check(self, wallet: OpenedWallet) -> None:
        """Compare what clients know with the ledger, which proves itself."""
        assert await prove(wallet.database) == []
        has = Counter(dict.fromkeys(self.customers, CASH))
        for id_, state in self.stands.items():
            stake = self.stakes[id_]
            assert await wallet.funds.ask(stake) in _MAY_BE.get(state, {state}), id_
            paid = self.returns[id_].returns if id_ in self.returns else 0
            has[stake.owner] += paid - (stake.amount if state in HELD else 0)
        for owner in self.customers:
            [cash] = [one for one in await wallet.accounts.of(owner) if one.code is AccountCode.CASH]
            [sums] = await wallet.ledger.lookup_accounts([cash.id])
            assert sums.credits_posted - sums.debits_posted - sums.debits_pending == has[owner], owner
