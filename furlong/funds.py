"""Where customers' money is kept, by brand: in our ledger, at another process, or in the operator's wallet.

What no brand needs is neither opened nor imported.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.funds import Funds, Outcome, Reservation, ReservationState, Settlement
from subgraphs.kit.funds_settings import FundsSettings, WalletAt
from subgraphs.kit.live.wiring import publishing
from subgraphs.wallet.funds.announced_funds import AnnouncedFunds
from subgraphs.wallet.funds.cell_funds import CellFunds
from subgraphs.wallet.models import OPERATORS
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.seamless.journal import Journal
from subgraphs.wallet.seamless.operator_sessions import OperatorSessions
from subgraphs.wallet.seamless.operators import Operators

if TYPE_CHECKING:
    from subgraphs.wallet.seamless.operator_client import OperatorClient


@dataclass(frozen=True, slots=True)
class FundsByBrand:
    """`Funds` of all brands: each request goes to whoever keeps its customer's money.

    Attributes:
        ours: This installation's ledger.
        elsewhere: Brands whose money somebody else keeps.
    """

    ours: Funds
    elsewhere: Mapping[str, Funds]

    def of(self, brand: str) -> Funds:
        """Return where a brand's money is kept."""
        return self.elsewhere.get(brand, self.ours)

    async def reserve(self, reservation: Reservation) -> Outcome:
        """Keep money for a purpose."""
        return await self.of(reservation.owner.brand).reserve(reservation)

    async def settle(self, settlement: Settlement) -> Outcome:
        """Take what was reserved, if nobody has yet, and pay returns."""
        return await self.of(settlement.reservation.owner.brand).settle(settlement)

    async def release(self, reservation: Reservation) -> Outcome:
        """Give everything back, and never make the reservation if it has not come yet."""
        return await self.of(reservation.owner.brand).release(reservation)

    async def ask(self, reservation: Reservation) -> ReservationState | None:
        """Return how a reservation stands; None if that cannot be known now."""
        return await self.of(reservation.owner.brand).ask(reservation)


@asynccontextmanager
async def open_funds(
    database: DatabaseSettings, clock: Clock, settings: FundsSettings
) -> AsyncIterator[FundsByBrand]:
    """Open the money of all brands for the duration of the block; pages are told of what it moves.

    Raises:
        ValueError: A file of keys cannot be used; the message says why.
    """
    async with AsyncExitStack() as stack:
        changed = await stack.enter_async_context(publishing())
        wallet = OpenedWallet.of(Database.open(database, "wallet"), clock, changed)
        stack.push_async_callback(wallet.close)
        operators = Operators.of(settings.operators)
        stack.push_async_callback(operators.close)
        elsewhere = {
            brand: await _reached(at, stack)
            for brand, at in settings.wallets.items()
            if isinstance(at, WalletAt)
        }
        yield FundsByBrand(wallet.funds, elsewhere | at_operators(wallet, operators))


def at_operators(wallet: OpenedWallet, operators: Operators) -> dict[str, Funds]:
    """Return the money of brands whose operator keeps it, by brand."""
    return {brand: _at_operator(wallet, operator) for brand, operator in operators.by_brand.items()}


def _at_operator(wallet: OpenedWallet, operator: OperatorClient) -> Funds:
    """Return the money of a brand's customers at their operator, of which our database has the journal."""
    from subgraphs.wallet.seamless.operator_funds import OperatorFunds  # noqa: PLC0415 - it needs HTTP

    database, clock = wallet.database, wallet.clock
    funds = OperatorFunds(
        operator,
        Journal(database, OPERATORS, clock),
        OperatorSessions(database, OPERATORS.session, clock),
    )
    cells: Funds = CellFunds(funds, database.fence.cell)
    return cells if wallet.changed is None else AnnouncedFunds(cells, wallet.changed)


async def _reached(at: WalletAt, stack: AsyncExitStack) -> Funds:
    """Return the money that another process keeps."""
    # Importing the client takes longer than everything else here.
    import httpx  # noqa: PLC0415

    from foundation.signatures import key_source  # noqa: PLC0415
    from subgraphs.kit.http_funds import HttpFunds  # noqa: PLC0415

    try:
        keys = key_source(at.keys_file, None)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise ValueError(f"FURLONG_FUNDS_WALLETS: {at.keys_file}: {why}") from error
    if keys is None or keys().signing is None:
        raise ValueError(f"FURLONG_FUNDS_WALLETS: {at.url} needs a file with a key that signs")
    client = httpx.AsyncClient(
        base_url=at.url, timeout=at.timeout_seconds, trust_env=False, follow_redirects=False
    )
    await stack.enter_async_context(client)
    return HttpFunds(client, keys)
