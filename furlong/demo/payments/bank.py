"""Plays the bank of the demo: withdrawals to bank accounts go to it as files in the data folder."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from foundation.storage.clock import Clock
from furlong.demo.kept_ports import KeptPorts, serving_at
from furlong.demo.payments.file import BANK, account_of
from simulator.bank.serve import BankSettings, ServedBank, serving_bank

OPENING_MINOR: Final = 1_000_000_00
LOOK_SECONDS: Final = 0.5
"""How often the bank looks into its folders: seldom enough for a laptop."""


@asynccontextmanager
async def playing_bank(folder: Path, ports: KeptPorts, clock: Clock) -> AsyncIterator[ServedBank]:
    """Play the bank while the block runs, at its port of the last time if that is free.

    Args:
        folder: What it knows, and the files to and from it.
        ports: Where its port is kept.
        clock: By which its days end.
    """
    account = account_of(BANK)
    free = BankSettings(
        account=account.iban,
        currency=account.currency,
        opening=OPENING_MINOR,
        clock=clock,
        look_seconds=LOOK_SECONDS,
    )
    kept = replace(free, control=ports.of(BANK))
    async with serving_at(partial(serving_bank, folder), kept, free) as bank:
        ports.keep(BANK, bank.control_url)
        yield bank
