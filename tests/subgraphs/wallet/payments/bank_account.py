"""The house's account at a bank that a test plays."""

from dataclasses import dataclass

from foundation.storage.clock import ManualClock
from subgraphs.wallet.payments.bank.adapter import BankProcessor
from subgraphs.wallet.payments.bank.arrivals import Arrival
from subgraphs.wallet.payments.bank.folders import System
from subgraphs.wallet.payments.bank.options import BankOptions
from tests.subgraphs.wallet.payments.played_bank import PlayedBank
from tests.subgraphs.wallet.payments.processors import NOON


@dataclass(slots=True)
class Account:
    """The house's account, and its bank."""

    bank: PlayedBank
    clock: ManualClock
    processor: BankProcessor

    def another(self, system: System | None = None) -> BankProcessor:
        """Return the processor of another process, which has nothing in memory."""
        return BankProcessor(self.bank.options, self.clock.now, system)

    async def hears(self) -> list[Arrival]:
        """Read what is in the inbox; return it with what follows."""
        heard: list[Arrival] = []

        async def hear(arrival: Arrival) -> None:
            heard.append(arrival)

        await self.processor.take_in(hear)
        return heard


def account_at(options: BankOptions) -> Account:
    """Return an account by a folder."""
    clock = ManualClock(NOON)
    return Account(PlayedBank(options, clock.now), clock, BankProcessor(options, clock.now))
