"""Where customers' money is kept, by brand: in this installation's ledger, or by another process.

What no brand needs is neither opened nor imported.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.funds import Funds, Outcome, Reservation, ReservationState, Settlement
from subgraphs.kit.funds_settings import FundsSettings, WalletAt
from subgraphs.wallet.opened import OpenedWallet


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
    """Open the money of all brands for the duration of the block; nothing connects yet.

    Raises:
        ValueError: A file of keys cannot be used; the message says why.
    """
    async with AsyncExitStack() as stack:
        wallet = OpenedWallet.of(Database.open(database, "wallet"), clock)
        stack.push_async_callback(wallet.close)
        elsewhere = {brand: await _reached(at, stack) for brand, at in settings.wallets.items()}
        yield FundsByBrand(wallet.funds, elsewhere)


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
