"""The companies that the demo plays around its wallet: for payments, for games, and one with a wallet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from foundation.storage.settings import DatabaseSettings
from furlong.demo.casino.running import running_casino
from furlong.demo.money.house import ServedWallets
from furlong.demo.payments.running import running_payments
from furlong.demo.ready_file import DemoCasino, DemoPayments
from furlong.demo.ways import OPERATORS_BRAND, Way
from simulator.providers.ledger import Ledger
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.given_settings import GivenSettings

if TYPE_CHECKING:
    from furlong.demo.operators_wallet import DemosOperator


@dataclass(frozen=True, slots=True)
class Companies:
    """The companies, and the settings by which blocks find them.

    Attributes:
        operator: Who keeps the money of one brand's customers; None if all of it is in our wallet.
    """

    given: GivenSettings
    payments: DemoPayments
    casino: DemoCasino
    operator: DemosOperator | None = None

    @property
    def has_casino(self) -> bool:
        """Tell whether there are games."""
        return not self.casino.off

    async def let_in(self, owners: Sequence[Owner]) -> Sequence[Owner]:
        """Let customers in at their operator; return those whose money is in our wallet."""
        if self.operator is None:
            return owners
        await self.operator.sign_in(owner for owner in owners if owner.brand == OPERATORS_BRAND)
        return [owner for owner in owners if owner.brand != OPERATORS_BRAND]


@asynccontextmanager
async def running_companies(
    money: ServedWallets, database: DatabaseSettings, data: Path, url: str, awards: Ledger, *, way: Way
) -> AsyncIterator[Companies]:
    """Play them while the block runs.

    Args:
        money: The wallets of the demo.
        database: Where the lobby is.
        data: The data folder.
        url: The demo's page, to which customers come back.
        awards: What the game platform of the demo's rewards has credited.
        way: Whether an operator keeps money.
    """
    async with AsyncExitStack() as stack:
        operator = None
        if way.has_operator:
            from furlong.demo.operators_wallet import folder_in, running_operator  # noqa: PLC0415

            clock = money.wallets[0].wallet.clock
            operator = await stack.enter_async_context(running_operator(folder_in(data), database, clock))
        payments = await stack.enter_async_context(running_payments(money.wallets, data, url))
        served = None if operator is None else operator.served
        casino = await stack.enter_async_context(
            running_casino(money.wallets, database, data, awards, operator=served)
        )
        theirs = () if operator is None else (operator.settings,)
        given = GivenSettings(*payments.given.all, *casino.given.all, *theirs)
        yield Companies(given, payments.facts, casino.facts, operator)
