"""Adapters keep the promises of all processors: Stripe's at a simulated one, a bank's by files."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.subgraphs.wallet.payments.contract_bank import ContractBank, bank_in
from tests.subgraphs.wallet.payments.processors import PagePromises, ProcessorPromises
from tests.subgraphs.wallet.payments.stripe_account import StripeAccount, opened_account


class TestStripe(PagePromises):
    """Stripe."""

    @pytest.fixture
    async def account(self, tmp_path: Path) -> AsyncIterator[StripeAccount]:
        """An account at a simulated Stripe."""
        async with opened_account(tmp_path / "payments") as account:
            yield account


class TestBank(ProcessorPromises):
    """A bank, which has neither a page nor webhooks."""

    @pytest.fixture
    def account(self, tmp_path: Path) -> ContractBank:
        """An account at a bank that is played."""
        return bank_in(tmp_path / "bank")
