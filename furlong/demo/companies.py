"""The companies that the demo plays around its wallet: who takes payments, and who has games."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from foundation.storage.settings import DatabaseSettings
from furlong.demo.casino.running import running_casino
from furlong.demo.money.house import ServedWallets
from furlong.demo.payments.running import running_payments
from furlong.demo.ready_file import DemoCasino, DemoPayments
from simulator.providers.ledger import Ledger
from subgraphs.kit.given_settings import GivenSettings


@dataclass(frozen=True, slots=True)
class Companies:
    """The companies, and the settings by which blocks find them."""

    given: GivenSettings
    payments: DemoPayments
    casino: DemoCasino

    @property
    def has_casino(self) -> bool:
        """Tell whether there are games."""
        return not self.casino.off


@asynccontextmanager
async def running_companies(
    money: ServedWallets, database: DatabaseSettings, data: Path, url: str, awards: Ledger
) -> AsyncIterator[Companies]:
    """Play them while the block runs.

    Args:
        money: The wallets of the demo.
        database: Where the lobby is.
        data: The data folder.
        url: The demo's page, to which customers come back.
        awards: What the game platform of the demo's rewards has credited.
    """
    async with (
        running_payments(money.wallets, data, url) as payments,
        running_casino(money.wallets, database, data, awards) as casino,
    ):
        given = GivenSettings(*payments.given.all, *casino.given.all)
        yield Companies(given, payments.facts, casino.facts)
