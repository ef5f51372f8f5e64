"""Hears payment processors: `/webhooks/{processor}`, `/health`, `/metrics`."""

from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.workers.money.funds_server import FundsHealth
from furlong.workers.status import status_app
from subgraphs.kit.live.wiring import publishing
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.paying.opened import OpenedPayments, opened_payments
from subgraphs.wallet.paying.webhooks import PATH, webhooks_app
from subgraphs.wallet.payments.configuration import PaymentsSettings


@dataclass(frozen=True, slots=True)
class PaymentsServer:
    """The application: webhooks, and what is about the process.

    Attributes:
        names: The names of the processors.
        heard: Webhooks by their processor and the status of their answers.
    """

    webhooks: ASGIApp
    status: ASGIApp
    names: Collection[str]
    heard: Counter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        is_webhook = scope["type"] == "http" and scope["path"].startswith(f"{PATH}/")
        if not is_webhook:
            await self.status(scope, receive, send)
            return

        said = scope["path"].removeprefix(f"{PATH}/")
        processor = said if said in self.names else ""

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.heard.labels(processor, str(message["status"])).inc()
            await send(message)

        await self.webhooks(scope, receive, counted)


@asynccontextmanager
async def open_payments_server(
    database: DatabaseSettings, clock: Clock, settings: PaymentsSettings
) -> AsyncIterator[PaymentsServer]:
    """Open the wallet, and yield the application over it.

    Raises:
        ValueError: No processor is configured, or one cannot be used.
    """
    if settings.file is None:
        raise ValueError("set FURLONG_PAYMENTS_FILE to the file with the processors: see docs/payments.md")
    async with AsyncExitStack() as closing:
        changed = await closing.enter_async_context(publishing())
        wallet = OpenedWallet.of(Database.open(database, "wallet"), clock, changed)
        closing.push_async_callback(wallet.close)
        payments = opened_payments(wallet, settings)
        closing.push_async_callback(payments.close)
        yield payments_server(wallet, payments)


def payments_server(wallet: OpenedWallet, payments: OpenedPayments) -> PaymentsServer:
    """Return the application over an opened wallet and its payments."""
    registry = CollectorRegistry()
    heard = Counter(
        "furlong_payment_webhooks",
        "Webhooks of payment processors, by the processor and the status of the answer",
        ["processor", "status"],
        registry=registry,
    )
    status = status_app("payments", FundsHealth(wallet, wallet.clock).body, registry)
    return PaymentsServer(webhooks_app(payments.work), status, payments.work.asking.processors, heard)
