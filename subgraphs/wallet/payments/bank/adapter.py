"""A bank as a processor: orders go to it as files, and statements come back as files."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Final, NoReturn, TypeAlias, TypeVar

import structlog

from subgraphs.wallet.payments.bank.arrivals import Arrival, Chain, arrived, judged
from subgraphs.wallet.payments.bank.books import Believed, Books, instant, name_of, reference_of, since
from subgraphs.wallet.payments.bank.folders import INBOX, READ, REFUSED, BankFolder, Files, System
from subgraphs.wallet.payments.bank.meaning import entry_notices, report_line, stands
from subgraphs.wallet.payments.bank.options import BankOptions
from subgraphs.wallet.payments.bank.orders import PART, Order, digest_of, order_document
from subgraphs.wallet.payments.bank.records import Record, Records
from subgraphs.wallet.payments.iban import is_iban
from subgraphs.wallet.payments.processor import (
    Charge,
    Contradiction,
    Notice,
    PartKind,
    PartState,
    Payout,
    Refund,
    ReportLine,
    Unanswered,
    Unavailable,
    Unreadable,
    WrongSignature,
)

log = structlog.get_logger(__name__)
T = TypeVar("T")
Hear: TypeAlias = Callable[[Arrival], Awaitable[None]]
ORDERS: Final = "orders"
STATEMENTS: Final = "statements"

OTHER_CURRENCY: Final = "other_currency"
NO_IBAN: Final = "account_is_no_iban"
NO_PAYMENT: Final = "charge_not_paid"
NO_PAYER: Final = "account_of_payer_not_known"
TOO_MUCH: Final = "more_than_was_paid"
CANCELLED: Final = "cancelled"
EXPIRED: Final = "expired"


class BankProcessor:
    """One account of the house at a bank.

    All that it knows is in its folder, so that any number of processes may be one of these.
    """

    def __init__(
        self, options: BankOptions, now: Callable[[], datetime], system: System | None = None
    ) -> None:
        """Nothing is opened yet: the folder may come later.

        Args:
            options: The account, and the folder.
            now: The machine's clock.
            system: What asks the operating system; by default, this one.
        """
        self._options = options
        self._now = now
        self._folder = BankFolder(Path(options.folder), system or System())
        self._books = Books()
        self._reads = asyncio.Lock()
