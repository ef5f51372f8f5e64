"""A bank in the hand of the tests that are for all processors."""

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from foundation.storage.clock import ManualClock
from subgraphs.wallet.payments.bank.adapter import BankProcessor
from subgraphs.wallet.payments.bank.folders import System
from subgraphs.wallet.payments.bank.records import Record
from subgraphs.wallet.payments.processor import PartKind, PartState, Processor
from tests.subgraphs.wallet.payments.bank_account import Account
from tests.subgraphs.wallet.payments.played_bank import ANN, Booking, PlayedBank, bank_options, made_folders
from tests.subgraphs.wallet.payments.processors import NOON, Moved

AFTER: Final = "after"
"""Faults whose names end so are of an answer that was lost; all others let nothing be done."""

READING: Final = "GET"


@dataclass
class SpoiledSystem(System):
    """Lets what is written be refused, or the last call of what is done say that it was not."""

    fault: str = ""
    _is_last: bool = False

    def make(self, name: str, folder: int) -> int:
        """Make a file, unless the disk is full."""
        if self.fault and not self.fault.endswith(AFTER):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._is_last = False
        return super().make(name, folder)

    def rename(self, name: str, folder: int, to: str, to_folder: int) -> None:
        """Give a file its last name."""
        super().rename(name, folder, to, to_folder)
        self._is_last = to.endswith((".xml", f".{PartKind.CHARGE.value}.json"))

    def sync(self, file: int) -> None:
        """Wait until it would survive, unless that fails."""
        super().sync(file)
        if self.fault.endswith(AFTER) and self._is_last:
            raise OSError(errno.EIO, os.strerror(errno.EIO))


@dataclass(slots=True)
class ContractBank:
    """The account."""

    account: Account
    system: SpoiledSystem
    processor: Processor
    payee: str = ANN

    async def pay(self, url: str, card: str = "pays") -> None:
        """Let a customer pay what was asked for last, by a transfer."""
        assert (url, card) == ("", "pays")
        newest = max(self._charges(), key=lambda record: record.part)
        written = f"For {newest.part.upper().replace('-', ' ')}"
        self._bank.books(Booking(amount=newest.amount, remittance=written))
        await self._tells()

    async def decide(self, kind: PartKind, reference: str, state: PartState) -> None:
        """Let the bank pay an order, or send it back."""
        assert kind is not PartKind.CHARGE
        order = next(order for order in self._bank.orders() if order.part == reference)
        if state is PartState.DONE:
            self._bank.pays(order)
        else:
            self._bank.sends_back(order)
        await self._tells()

    async def fail(self, fault: str, *, on: str = "POST") -> None:
        """Let calls fail until `recover`."""
        if on == READING:
            (self._bank.folder / "read").rename(self._bank.folder / "gone")
        else:
            self.system.fault = fault

    async def recover(self) -> None:
        """Let nothing fail any more."""
        self.system.fault = ""

    async def moved(self) -> Sequence[Moved]:
        """Return all parts that the bank has, or waits for."""
        charges = [
            Moved(record.kind, record.part, record.amount, is_done=False) for record in self._charges()
        ]
        orders = self._bank.orders()
        stands = [await self.processor.ask(self._kind(order.part), order.part, "") for order in orders]
        sent = [
            Moved(notice.kind, notice.part, notice.amount, notice.state is not PartState.FAILED)
            for notice in stands
            if notice is not None
        ]
        assert len(sent) == len(orders)
        return [*charges, *sent]

    def now(self) -> datetime:
        """Return the time of both sides."""
        return self.account.clock.now()

    def pass_time(self, time: timedelta) -> None:
        """Let time pass at both sides."""
        self.account.clock.advance(time)

    @property
    def _bank(self) -> PlayedBank:
        return self.account.bank

    async def _tells(self) -> None:
        self._bank.delivers(self._bank.statement())
        [arrival] = await self.account.hears()
        assert arrival.why == "", arrival.why

    def _charges(self) -> list[Record]:
        files = (self._bank.folder / "records").glob("*.charge.json")
        return [msgspec.json.decode(file.read_bytes(), type=Record) for file in files]

    def _kind(self, part: str) -> PartKind:
        records = self._bank.folder / "records"
        is_refund = (records / f"{part}.{PartKind.REFUND.value}.json").exists()
        return PartKind.REFUND if is_refund else PartKind.PAYOUT


def bank_in(folder: Path) -> ContractBank:
    """Return an account at a bank, by a folder that is made."""
    clock, system = ManualClock(NOON), SpoiledSystem()
    options = bank_options(made_folders(folder))
    bank = PlayedBank(options, clock.now)
    account = Account(bank, clock, BankProcessor(options, clock.now, system))
    return ContractBank(account, system, account.processor)
