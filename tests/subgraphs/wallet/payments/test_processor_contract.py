"""Stripe's adapter keeps the promises of all processors, at a simulated Stripe with faults."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.payments.processors import ProcessorPromises
from tests.support.payments.stripe_account import StripeAccount, opened_account


class TestStripe(ProcessorPromises):
    """Stripe."""

    @pytest.fixture
    async def account(self, tmp_path: Path) -> AsyncIterator[StripeAccount]:
        """An account at a simulated Stripe."""
        async with opened_account(tmp_path / "payments") as account:
            yield account
