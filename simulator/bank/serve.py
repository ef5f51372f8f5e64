"""Runs a simulated bank over folders, with control requests at an address of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from foundation.storage.clock import Clock, SystemClock
from simulator.bank.books import Books
from simulator.bank.control import control_app
from simulator.bank.faults import BankFaults
from simulator.bank.folders import Folders
from simulator.bank.statements import NEWER, Version
from simulator.bank.store import Store
from simulator.server import listen, serving

LOOK_SECONDS: Final = 0.05
HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class BankSettings:
    """How a bank is played.

    Attributes:
        account: The IBAN of the account that it has from the beginning.
        currency: The account's.
        opening: What is on it, in minor units.
        version: In which message it writes statements.
        control: The port of control requests on the loopback; 0 for any free one.
        clock: By which its days end, in UTC.
        look_seconds: How often it looks into its folders.
    """

    account: str
    currency: str = "EUR"
    opening: int = 0
    version: Version = NEWER
    control: int = 0
    clock: Clock = field(default_factory=SystemClock)
    look_seconds: float = LOOK_SECONDS


@dataclass(frozen=True, slots=True)
class ServedBank:
    """A running bank: its folders with its books, and the URL of control requests."""

    folders: Folders
    control_url: str


@asynccontextmanager
async def serving_bank(folder: Path, settings: BankSettings) -> AsyncIterator[ServedBank]:
    """Run a bank over a folder, which also has what it knows, and survives it.

    Raises:
        NotPossible: Account or currency are none.
        OSError: The address is taken, or the folder cannot be written.
    """
    with Store(folder) as store, listen(HOST, settings.control) as control:
        books = Books(store, settings.clock, BankFaults())
        folders = Folders(folder, books, settings.version)
        folders.prepare()
        books.open_account(settings.account, settings.currency, settings.opening)
        async with (
            serving(control_app(folders), control, before_stop=lambda: None) as control_url,
            asyncio.TaskGroup() as tasks,
        ):
            looking = tasks.create_task(_look(folders, settings.look_seconds))
            yield ServedBank(folders, control_url)
            looking.cancel()


async def _look(folders: Folders, seconds: float) -> None:
    while True:
        folders.look()
        await asyncio.sleep(seconds)
