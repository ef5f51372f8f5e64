"""An account at the simulated processor, whose customers, banks and faults are in the hand of a test."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from foundation.storage.clock import ManualClock
from simulator.payments.api import KEY
from simulator.payments.control import believed
from simulator.payments.serve import PaymentSettings, serving_payments
from simulator.payments.webhooks import SECRET
from subgraphs.wallet.payments.processor import PartKind, PartState, Processor
from subgraphs.wallet.payments.stripe.adapter import StripeProcessor
from subgraphs.wallet.payments.stripe.options import StripeOptions
from tests.subgraphs.wallet.payments.processors import NOON, Moved, Webhook
from tests.support.payments.listener import Listener, listening
from tests.support.payments.merchant import Merchant, trading

PATIENCE_SECONDS: Final = 30
HURRIED_SECONDS: Final = 2.0
LONG: Final = 3600
_STATES: Final = {
    (PartKind.REFUND, PartState.DONE): "refunds/{}/succeeded",
    (PartKind.REFUND, PartState.FAILED): "refunds/{}/failed",
    (PartKind.PAYOUT, PartState.DONE): "payouts/{}/paid",
    (PartKind.PAYOUT, PartState.FAILED): "payouts/{}/failed",
    (PartKind.DISPUTE, PartState.DONE): "disputes/{}/lost",
    (PartKind.DISPUTE, PartState.FAILED): "disputes/{}/won",
}
_KINDS: Final = {
    "refunds": (PartKind.REFUND, ("pending", "succeeded")),
    "payouts": (PartKind.PAYOUT, ("pending", "paid")),
    "disputes": (PartKind.DISPUTE, ("lost",)),
}


@dataclass(slots=True)
class StripeAccount:
    """The account.

    Attributes:
        processor: The adapter; one that waits for a short while only after `fail` with a timeout.
    """

    processor: Processor
    hurried: Processor
    merchant: Merchant
    listener: Listener
    clock: ManualClock
    payee: str = "ba_ann"

    async def pay(self, url: str, card: str = "pays") -> None:
        """Let a customer pay at a page."""
        await self.merchant.choose({"url": url}, card)
        if card == "asks":
            await self.merchant.choose({"url": url}, deed="confirm")

    async def decide(self, kind: PartKind, reference: str, state: PartState) -> None:
        """Let a bank decide about a refund, payout or dispute."""
        await self.merchant.control(_STATES[kind, state].format(reference))

    async def dispute(self, charge: str) -> None:
        """Let a customer's bank take a charge back."""
        intent = await self.merchant.get(f"payment_intents/{charge}")
        await self.merchant.control("disputes", params={"charge": intent["latest_charge"]})

    async def fail(self, fault: str, *, on: str = "POST") -> None:
        """Let the next call fail."""
        if "timeout" in fault:
            self.processor, self.hurried = self.hurried, self.processor
        amount = LONG if fault == "refuse" else 1
        await self.merchant.control(f"faults/{fault}", params={"method": on, "amount": amount})
        if fault == "refuse":
            async with asyncio.timeout(PATIENCE_SECONDS):
                while await self._is_open():  # noqa: ASYNC110 - nothing tells
                    await asyncio.sleep(0.01)

    async def recover(self) -> None:
        """Let nothing fail any more."""
        await self.merchant.control("faults", "DELETE")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await self._is_open():  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.01)

    async def spoil_webhooks(self, fault: str, amount: float = 1) -> None:
        """Let webhooks come wrongly from now on."""
        await self.merchant.control(f"faults/{fault}", params={"amount": amount})

    async def webhooks(self) -> Sequence[Webhook]:
        """Return all webhooks of what has happened so far."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.merchant.served.books.store.deliveries():  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.01)
        return [*self.listener.got]

    async def moved(self) -> Sequence[Moved]:
        """Return all parts that the processor has."""
        state = believed(self.merchant.served.books)
        charges = [
            Moved(PartKind.CHARGE, _part(session), session["amount_total"], session["status"] == "complete")
            for session in state["sessions"]
        ]
        others = [
            Moved(kind, _part(known), known["amount"], known["status"] in done)
            for name, (kind, done) in _KINDS.items()
            for known in state[name]
        ]
        return [*charges, *others]

    async def balance(self) -> int:
        """Return what the processor owes us."""
        return int(believed(self.merchant.served.books)["balance"]["gbp"])

    def now(self) -> datetime:
        """Return the time of both sides."""
        return self.clock.now()

    def pass_time(self, time: timedelta) -> None:
        """Let time pass at both sides."""
        self.clock.advance(time)

    async def _is_open(self) -> bool:
        port = int(self.merchant.served.url.rpartition(":")[2])
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True


def _part(known: dict[str, Any]) -> str:
    return str(known["metadata"].get("furlong_part", ""))


@asynccontextmanager
async def opened_account(folder: Path) -> AsyncIterator[StripeAccount]:
    """Open an account while the block lasts."""
    clock = ManualClock(NOON)
    secrets = {"stripe-key": KEY, "stripe-webhook": SECRET}
    async with listening() as listener:
        settings = PaymentSettings(webhooks=listener.url, settle_seconds=None, clock=clock)
        async with serving_payments(folder, settings) as served, trading(served) as merchant:
            patient, hurried = (
                StripeProcessor(
                    StripeOptions(api_base=served.url, timeout_seconds=seconds), secrets.get, clock.now
                )
                for seconds in (PATIENCE_SECONDS, HURRIED_SECONDS)
            )
            try:
                yield StripeAccount(patient, hurried, merchant, listener, clock)
            finally:
                await patient.close()
                await hurried.close()
