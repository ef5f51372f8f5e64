"""The daily rates of exchange, from a file of the operator: for sums in one currency beside the exact ones.

Nothing is converted where it is stored. A rate holds from its day until the currency's next one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, DecimalException
from pathlib import Path
from typing import Final

import structlog

from analytics.engine import Engine, quoted
from subgraphs.kit.domain.currencies import minor_digits

log = structlog.get_logger(__name__)
COLUMNS: Final = ("day", "currency", "rate")
_EPOCH: Final = date(1970, 1, 1)


class RatesRefused(ValueError):
    """The file of rates cannot be read, or is none; the message says where and why."""


@dataclass(slots=True)
class Rates:
    """Keeps the table of rates as the file has it.

    Attributes:
        engine: The store, as its one writer.
        file: CSV with the columns day (such as 2026-11-24), currency, and rate: how many units of the
            reporting currency one unit of the currency is worth. None if there is no such file.
        reporting: The reporting currency.
    """

    engine: Engine
    file: Path | None
    reporting: str
    _seen: bytes = b""

    def refresh(self) -> None:
        """Take the file's rates if they have changed; a file that is refused changes nothing, and is logged.

        Raises:
            StoreFault: The engine refuses.
        """
        if self.file is None:
            return
        try:
            content = self.file.read_bytes()
            if content == self._seen:
                return
            self._seen = content
            rates = read_rates(content, self.reporting)
        except (OSError, RatesRefused) as fault:
            log.warning("rates_refused", file=str(self.file), reason=str(fault))
            return
        self._store(rates)

    def _store(self, rates: Mapping[tuple[date, str], Decimal]) -> None:
        rows = ", ".join(
            f"({quoted(day.isoformat())}, {quoted(currency)}, {quoted(self.reporting)}, {factor})"
            for (day, currency), factor in sorted(rates.items())
        )
        self.engine.execute("TRUNCATE TABLE exchange_rates")
        self.engine.execute(f"INSERT INTO exchange_rates VALUES {rows}")


def read_rates(content: bytes, reporting: str) -> Mapping[tuple[date, str], Decimal]:
    """Return what a currency is worth from a day on: reporting minor units for one of its own.

    Raises:
        RatesRefused: The content is no such file.
    """
    try:
        lines = csv.DictReader(content.decode("utf-8-sig").splitlines())
        if tuple(lines.fieldnames or ()) != COLUMNS:
            raise RatesRefused(f"the first line must be {','.join(COLUMNS)}")
        return dict(_factors(lines, reporting)) | {(_EPOCH, reporting): Decimal(1)}
    except (UnicodeDecodeError, csv.Error) as fault:
        raise RatesRefused(str(fault)) from fault


def _factors(lines: Iterable[dict[str, str]], reporting: str) -> Iterable[tuple[tuple[date, str], Decimal]]:
    for number, line in enumerate(lines, 2):
        currency = line["currency"]
        try:
            day, rate = date.fromisoformat(line["day"]), Decimal(line["rate"])
        except (ValueError, TypeError, DecimalException) as fault:
            raise RatesRefused(f"line {number} has no day or no rate") from fault
        if not rate.is_finite() or rate <= 0:
            raise RatesRefused(f"line {number}: a rate is more than 0")
        if len(currency) != len("EUR") or not currency.isupper() or not currency.isascii():
            raise RatesRefused(f"line {number}: {currency!r} is no currency")
        yield (day, currency), rate.scaleb(minor_digits(reporting) - minor_digits(currency))
