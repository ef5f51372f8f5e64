"""A simulated bank over folders, with a clock in the hand of a test."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from foundation.storage.clock import ManualClock
from simulator.bank.folders import Folders
from simulator.bank.serve import BankSettings, serving_bank
from tests.simulator.bank.bank_customer import PaymentFile, send
from tests.support.payments.bank_documents import OURS


@dataclass(frozen=True, slots=True)
class Counter:
    """The bank as its customer has it, beside the control requests.

    Attributes:
        http: Sends control requests.
    """

    folders: Folders
    clock: ManualClock
    http: httpx.AsyncClient

    @property
    def folder(self) -> Path:
        """Where outbox and inbox are."""
        return self.folders.folder

    def send(self, file: PaymentFile) -> None:
        """Send a file, which the bank takes at once."""
        send(self.folder, f"{file.message_id}.xml", file.document())
        self.folders.look()

    async def ask(self, path: str, method: str = "POST", **query: Any) -> Any:
        """Ask for something by a control request, and return the answer."""
        response = await self.http.request(method, path, params=query)
        response.raise_for_status()
        return response.json() if response.content else None

    async def close_day(self) -> None:
        """Let the day be over."""
        await self.ask("/days")

    def tomorrow(self) -> None:
        """Move the clock by a day, and let the bank see it."""
        self.clock.instant += timedelta(days=1)
        self.folders.look()


@pytest.fixture
def clock() -> ManualClock:
    """The bank's clock."""
    return ManualClock(datetime(2026, 11, 20, 12, tzinfo=UTC))


@pytest.fixture
async def counter(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Counter]:
    """A bank with an account that has 1,000.00 EUR."""
    settings = BankSettings(account=OURS, opening=100_000, clock=clock)
    async with (
        serving_bank(tmp_path, settings) as served,
        httpx.AsyncClient(base_url=served.control_url) as http,
    ):
        yield Counter(served.folders, clock, http)
