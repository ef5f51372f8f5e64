"""A simulated processor with a clock in the hand of a test, and one who listens to its webhooks."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from foundation.storage.clock import ManualClock
from simulator.payments.serve import PaymentSettings, serving_payments
from tests.support.payments.listener import Listener, listening
from tests.support.payments.merchant import Merchant, trading


@pytest.fixture
def clock() -> ManualClock:
    """The processor's clock."""
    return ManualClock(datetime(2026, 11, 20, 12, tzinfo=UTC))


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    """Who listens to webhooks."""
    async with listening() as listener:
        yield listener


@pytest.fixture
def settings(clock: ManualClock, listener: Listener) -> PaymentSettings:
    """How the processor is played: webhooks are sent again soon, and nothing settles by itself."""
    return PaymentSettings(webhooks=listener.url, settle_seconds=None, first_pause_seconds=0.01, clock=clock)


@pytest.fixture
async def merchant(tmp_path: Path, settings: PaymentSettings) -> AsyncIterator[Merchant]:
    """Who trades by the processor, with Stripe's own SDK."""
    async with serving_payments(tmp_path / "payments", settings) as served, trading(served) as merchant:
        yield merchant
