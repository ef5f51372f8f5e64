"""Where customers' money is kept, by brand: in our ledger, at another process, or in the operator's wallet.

What no brand needs is neither opened nor imported.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.funds import Correction, Funds, Outcome, Reservation, ReservationState, Settlement
from subgraphs.kit.funds_settings import FundsSettings, WalletAt
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.live.wiring import publishing
from subgraphs.wallet.funds.announced_funds import AnnouncedFunds
from subgraphs.wallet.funds.cell_funds import CellFunds
from subgraphs.wallet.models import OPERATORS, PAYMENTS
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.payments.records.correction_cases import CorrectionCases
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
        closing: Closes all connections.
    """

    ours: Funds
    elsewhere: Mapping[str, Funds]
    closing: Sequence[Callable[[], Awaitable[None]]] = ()

    def of(self, brand: str) -> Funds:
        """Return where a brand's money is kept."""
        return self.elsewhere.get(brand, self.ours)

    async def reserve(self, reservation: Reservation) -> Outcome:
        """Keep money for a purpose."""
        return await self.of(reservation.owner.brand).reserve(reservation)

    async def confirm(self, reservation: Reservation) -> Outcome:
        """Ask again whether the customer may make a reservation that was made."""
        return await self.of(reservation.owner.brand).confirm(reservation)

    async def settle(self, settlement: Settlement) -> Outcome:
        """Take what was reserved, if nobody has yet, and pay returns."""
        return await self.of(settlement.reservation.owner.brand).settle(settlement)

    async def release(self, reservation: Reservation) -> Outcome:
        """Give everything back, and never make the reservation if it has not come yet."""
        return await self.of(reservation.owner.brand).release(reservation)

    async def correct(self, correction: Correction) -> Outcome:
        """Pay or take the difference from what was moved before."""
        return await self.of(correction.reservation.owner.brand).correct(correction)

    async def ask(self, reservation: Reservation) -> ReservationState | None:
        """Return how a reservation stands; None if that cannot be known now."""
        return await self.of(reservation.owner.brand).ask(reservation)

    async def close(self) -> None:
        """Close all connections."""
        for close in self.closing:
            await close()


def opened_funds(
    database: DatabaseSettings, clock: Clock, settings: FundsSettings, changed: CustomersChanged | None
) -> FundsByBrand:
    """Return the money of all brands; nothing connects yet, and pages are told of what it moves.

    Raises:
        ValueError: A file of keys cannot be used; the message says why.
    """
    wallets = {brand: at for brand, at in settings.wallets.items() if isinstance(at, WalletAt)}
    reached = {brand: _reached(at) for brand, at in wallets.items()}
    operators = Operators.of(settings.operators)
    wallet = OpenedWallet.of(Database.open(database, "wallet"), clock, changed)
    return FundsByBrand(
        wallet.funds,
        {brand: funds for brand, (funds, _) in reached.items()} | at_operators(wallet, operators),
        (*(close for _, close in reached.values()), operators.close, wallet.close),
    )


@asynccontextmanager
async def open_funds(
    database: DatabaseSettings, clock: Clock, settings: FundsSettings
) -> AsyncIterator[FundsByBrand]:
    """Open the money of all brands for the duration of the block; pages are told of what it moves.

    Raises:
        ValueError: A file of keys cannot be used; the message says why.
    """
    async with publishing() as changed:
        funds = opened_funds(database, clock, settings, changed)
        try:
            yield funds
        finally:
            await funds.close()


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
        CorrectionCases(PAYMENTS),
    )
    cells: Funds = CellFunds(funds, database.fence.cell)
    return cells if wallet.changed is None else AnnouncedFunds(cells, wallet.changed)


def _reached(at: WalletAt) -> tuple[Funds, Callable[[], Awaitable[None]]]:
    """Return the money that another process keeps, and what closes the connections to it."""
    # Importing the client takes longer than everything else here.
    import httpx  # noqa: PLC0415

    from foundation.signatures import key_source  # noqa: PLC0415
    from subgraphs.kit.money_over_http.http_funds import HttpFunds  # noqa: PLC0415

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
    return HttpFunds(client, keys), client.aclose
