"""Serves this installation's money to other processes: `/funds` and `/credits`, `/health`, `/metrics`.

Who has a key may ask for both.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from prometheus_client import CollectorRegistry, Counter
from starlette.types import ASGIApp, Receive, Scope, Send

from foundation.signatures import key_source
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.rehearsal import rehearsal_marks
from foundation.storage.settings import DatabaseSettings
from furlong.funds import FundsByBrand, at_operators
from furlong.workers.status import status_app
from subgraphs.kit.funds import Correction, Funds, Outcome, Reservation, ReservationState, Settlement
from subgraphs.kit.funds_settings import FundsSettings
from subgraphs.kit.live.wiring import publishing
from subgraphs.kit.money_over_http.http_credits import PATH as CREDITS
from subgraphs.kit.money_over_http.http_funds import PATH
from subgraphs.kit.money_over_http.served_credits import credits_app
from subgraphs.kit.money_over_http.served_funds import funds_app
from subgraphs.wallet.funds.own_credits import OwnCredits
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.seamless.operators import Operators

NO_KEYS: Final = "set FURLONG_FUNDS_KEYS_FILE to the keys of those who may move money"


@dataclass(frozen=True, slots=True)
class CountedFunds:
    """Funds that count what becomes of requests.

    Attributes:
        outcomes: By operation and outcome.
    """

    funds: Funds
    outcomes: Counter

    async def reserve(self, reservation: Reservation) -> Outcome:
        """Keep money for a purpose."""
        return self._counted("reserve", await self.funds.reserve(reservation))

    async def confirm(self, reservation: Reservation) -> Outcome:
        """Ask again whether the customer may make a reservation that was made."""
        return self._counted("confirm", await self.funds.confirm(reservation))

    async def settle(self, settlement: Settlement) -> Outcome:
        """Take what was reserved, if nobody has yet, and pay returns."""
        return self._counted("settle", await self.funds.settle(settlement))

    async def release(self, reservation: Reservation) -> Outcome:
        """Give everything back, and never make the reservation if it has not come yet."""
        return self._counted("release", await self.funds.release(reservation))

    async def correct(self, correction: Correction) -> Outcome:
        """Pay or take the difference from what was moved before."""
        return self._counted("correct", await self.funds.correct(correction))

    async def ask(self, reservation: Reservation) -> ReservationState | None:
        """Return how a reservation stands; None if that cannot be known now."""
        return await self.funds.ask(reservation)

    def _counted(self, operation: str, outcome: Outcome) -> Outcome:
        why = "" if outcome.why is None else outcome.why.value
        self.outcomes.labels(operation, outcome.status.value, why).inc()
        return outcome


@dataclass(frozen=True, slots=True)
class FundsServer:
    """The application: what is signed goes to the money, the rest is about the process."""

    money: ASGIApp
    credits: ASGIApp
    status: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        path = scope["path"] if scope["type"] == "http" else ""
        app = {PATH: self.money, CREDITS: self.credits}.get(path, self.status)
        await app(scope, receive, send)


@dataclass(slots=True)
class FundsHealth:
    """Whether the wallet's database answers."""

    wallet: OpenedWallet
    clock: Clock
    said: str = field(default="")

    async def body(self) -> Mapping[str, object]:
        """Return the body of `/health`; a restart would not bring the database back."""
        try:
            await self.wallet.database.ping()
        except Exception as error:  # noqa: BLE001 - whatever it is, money cannot be moved
            self.said = type(error).__name__
        else:
            self.said = ""
        return {"live": True, "working": not self.said, "detail": self.said, **rehearsal_marks(self.clock)}


@asynccontextmanager
async def open_funds_server(
    database: DatabaseSettings, clock: Clock, settings: FundsSettings
) -> AsyncIterator[FundsServer]:
    """Open the wallet, and yield the application over it.

    Raises:
        ValueError: The keys are missing, or cannot be used; or those of an operator's wallet.
    """
    text = settings.keys
    try:
        keys = key_source(settings.keys_file, None if text is None else text.get_secret_value())
    except OSError as error:
        raise ValueError(f"FURLONG_FUNDS_KEYS_FILE: {error.strerror}") from error
    except ValueError as error:
        setting = "FURLONG_FUNDS_KEYS" if settings.keys_file is None else "FURLONG_FUNDS_KEYS_FILE"
        raise ValueError(f"{setting}: {error}") from error
    if keys is None:
        raise ValueError(NO_KEYS)
    registry = CollectorRegistry()
    outcomes = Counter(
        "furlong_funds_requests",
        "Requests to move customers' money, by operation, outcome and why",
        ["operation", "outcome", "why"],
        registry=registry,
    )
    async with AsyncExitStack() as closing:
        changed = await closing.enter_async_context(publishing())
        wallet = OpenedWallet.of(Database.open(database, "wallet"), clock, changed)
        closing.push_async_callback(wallet.close)
        operators = Operators.of(settings.operators)
        closing.push_async_callback(operators.close)
        funds = FundsByBrand(wallet.funds, at_operators(wallet, operators))
        yield FundsServer(
            funds_app(CountedFunds(funds, outcomes), keys, brands=settings.key_brands),
            credits_app(OwnCredits(wallet.credits, operators.by_brand), keys, brands=settings.key_brands),
            status_app("funds", FundsHealth(wallet, clock).body, registry),
        )
