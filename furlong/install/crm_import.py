"""The import of the CRM's export of qualifying customers: reads, checks, compares and stores its rows.

docs/import.md describes the format: CSV by RFC 4180 in UTF-8 with a header; a line is a customer and a week.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import chain, zip_longest
from pathlib import Path
from typing import Final

from foundation.storage.cells.cell import Cell
from foundation.storage.database import Database
from furlong.install.spreadsheet_damage import spreadsheet_damage
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.schemes import Brand
from subgraphs.club_kit.domain.weeks import week_named
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.domain.currencies import minor_digits
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.live.watches import customer_key
from subgraphs.kit.records.erasure import Erasure
from subgraphs.progress.models import REFERENCE
from subgraphs.progress.qualification.earlier_qualifications import (
    CrmQualifier,
    ledger_totals,
    store_qualifiers,
    stored_qualifiers,
)
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.models import REWARD_CONFIG, REWARD_CONTENT

REQUIRED: Final = ("brand", "customer", "week", "staked", "currency")
OPTIONAL: Final = ("reward",)
MAX_BYTES: Final = 256 * 2**20
MAX_MINOR: Final = 2**31 - 1
ROWS_PER_BATCH: Final = 500
_ID: Final = re.compile(r"[^:\s]{1,64}")
_AMOUNT: Final = re.compile(r"\d{1,10}(\.\d{1,4})?", re.ASCII)


class CrmError(Exception):
    """The file as a whole cannot be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not imported.

    Attributes:
        line: Its line in the file; the header is line 1.
    """

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A valid row, compared with what is stored: `+` new, `~` changed, `=` imported before.

    Attributes:
        ledger_minor: What the ledger counts for the customer in that week; None if it has no bet of the
            customer.
    """

    mark: str
    qualifier: CrmQualifier
    ledger_minor: int | None


@dataclass(frozen=True, slots=True)
class CrmPlan:
    """What importing a file would do.

    Attributes:
        elsewhere: How many rows are about customers of other cells.
        cell: The cell that imports; None without cells.
    """

    source: str
    rows: Sequence[Compared]
    rejected: Sequence[Rejected]
    elsewhere: int = 0
    cell: Cell | None = None

    def lines(self) -> Iterator[str]:
        """Yield the lines of the rows and of the summary."""
        yield from self.row_lines()
        yield from self.summary_lines()

    def row_lines(self) -> Iterator[str]:
        """Yield a line for each row."""
        for row in self.rows:
            qualifier = row.qualifier
            known = "no bets here" if row.ledger_minor is None else f"{row.ledger_minor} counted here"
            reward = qualifier.reward_id or "default reward"
            yield (
                f"{row.mark} {qualifier.club.brand} {qualifier.club.iso_week} {qualifier.club.customer}: "
                f"{qualifier.staked_minor} {qualifier.currency}, {reward}; {known}"
            )

    def summary_lines(self) -> Iterator[str]:
        """Yield what is wrong, then the numbers."""
        for rejected in self.rejected:
            yield f"! line {rejected.line}: {rejected.reason}"
        counts = [sum(row.mark == mark for row in self.rows) for mark in "+~="]
        yield (f"{counts[0]} new, {counts[1]} changed, {counts[2]} as before, {len(self.rejected)} rejected")
        if self.cell is not None:
            yield (
                f"cell {self.cell}: {self.elsewhere} rows are about customers of other cells; "
                "import the file in each cell"
            )


@dataclass(frozen=True, slots=True)
class _Known:
    """What rows are checked against.

    Attributes:
        offered: The currencies of each reward, by brand and reward.
        erased: When customers were erased, by customer.
    """

    brands: Mapping[str, Brand]
    offered: Mapping[tuple[str, str], frozenset[str]]
    erased: Mapping[Owner, datetime]


async def plan_import(
    file: Path, progress: Database, rewards: Database, now: datetime, erasure: Erasure | None = None
) -> CrmPlan:
    """Read a file, and compare it with earlier imports and with the ledger.

    In a cell, only the rows of its own customers are read: the other cells import, or reject, theirs.

    Args:
        file: The export.
        progress: The database that holds the ledger and the imports.
        rewards: The database that holds the rewards.
        now: The present.
        erasure: Knows the erased customers, whose weeks are not imported; None if nobody was erased.

    Raises:
        CrmError: The file as a whole cannot be read.
    """
    cell, rows_read = progress.fence.cell, list(read_rows(_content(file)))
    lines = [line for line in rows_read if _is_read(line[1], cell)]
    offered = await _offered(rewards, [fields for _, fields in lines if isinstance(fields, dict)])
    async with progress.read() as connection:
        names = {fields["brand"] for _, fields in lines if isinstance(fields, dict)}
        brands = await ReferenceRepository(REFERENCE).brands(connection, names)
        owners = {Owner(row["brand"], row["customer"]) for _, row in lines if isinstance(row, dict)}
        markers = await erasure.markers(connection, owners) if erasure else {}
        erased = {owner: marker.erased_at for owner, marker in markers.items()}
        good, rejected = _checked(lines, _Known(brands, offered, erased), now)
        rows: list[Compared] = []
        for start in range(0, len(good), ROWS_PER_BATCH):
            some = good[start : start + ROWS_PER_BATCH]
            clubs = [qualifier.club for qualifier in some]
            stored = await stored_qualifiers(connection, clubs)
            totals = await ledger_totals(connection, clubs)
            rows += [
                Compared(_mark(qualifier, stored), qualifier, totals.get(qualifier.club))
                for qualifier in some
            ]
    return CrmPlan(file.name, rows, rejected, len(rows_read) - len(lines), cell)


def _is_read(row: Mapping[str, str] | Rejected, cell: Cell | None) -> bool:
    """Return whether a cell reads a row; a malformed row may be any cell's, so all cells read it."""
    return cell is None or isinstance(row, Rejected) or cell.has(row["brand"], row["customer"])


async def _offered(
    rewards: Database, rows: Sequence[Mapping[str, str]]
) -> dict[tuple[str, str], frozenset[str]]:
    """Return the currencies of every reward, past ones included, of the brands whose rows name a reward."""
    names = {row["brand"] for row in rows if row.get("reward")}
    if not names:
        return {}
    async with rewards.read() as connection:
        configs = await CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT).configs(connection, names)
    rewards_of: dict[tuple[str, str], frozenset[str]] = {}
    for config in chain(*configs.values()):
        key = (config.brand, config.reward_id)
        rewards_of[key] = rewards_of.get(key, frozenset()) | {config.currency}
    return rewards_of


async def apply_import(
    plan: CrmPlan, progress: Database, now: datetime, notify: CustomersChanged | None = None
) -> None:
    """Store new and changed rows, all of them or none; then notify the open streams of their customers."""
    changed = [row.qualifier for row in plan.rows if row.mark != "="]
    async with progress.write() as connection:
        for start in range(0, len(changed), ROWS_PER_BATCH):
            some = changed[start : start + ROWS_PER_BATCH]
            await store_qualifiers(connection, progress.dialect, some, plan.source[:255], now)
    if notify is not None and changed:
        notify({customer_key(qualifier.club.owner) for qualifier in changed})


def read_rows(text: str) -> Iterator[tuple[int, dict[str, str] | Rejected]]:
    """Yield the rows of a file, each with the number of the line that it begins on.

    Raises:
        CrmError: The header is wrong, or quotes do not match.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = _header(next(reader, None))
        begins = reader.line_num + 1
        for fields in reader:
            line, begins = begins, reader.line_num + 1
            values = _without_empty_end(fields)
            if not values:
                continue  # an empty row, as many programs leave at the end
            if len(values) > len(header) or len(fields) < len(header):
                yield line, Rejected(line, f"{len(fields)} fields where the header has {len(header)}")
                continue
            yield line, dict(zip_longest(header, values, fillvalue=""))
    except csv.Error as error:
        raise CrmError(
            f"line {reader.line_num}: {error}: a quote is not closed, or is in the middle of a field"
        ) from error


def _content(file: Path) -> str:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise CrmError(f"{file} is larger than {MAX_BYTES // 2**20} MiB: split it")
        content = file.read_bytes()
    except OSError as error:
        raise CrmError(f"cannot read {file}: {error.strerror}") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise CrmError(f"line {line}: not UTF-8; export the file as UTF-8 (CSV UTF-8 in Excel)") from error
    if "\x00" in text:
        raise CrmError("the file has NUL characters, so it is not text: export it as CSV in UTF-8")
    return text


def _header(fields: Sequence[str] | None) -> list[str]:
    if not fields:
        raise CrmError(f"the file is empty: its first line must name {', '.join(REQUIRED)}")
    names = [name.lower() for name in _without_empty_end(fields)]
    if len(names) == 1 and ";" in names[0]:
        raise CrmError("the columns are separated by semicolons: export with commas")
    problems = [
        *(f"{name} is missing" for name in REQUIRED if name not in names),
        *(f"{name!r} is unknown" for name in names if name not in (*REQUIRED, *OPTIONAL)),
        *(f"{name} appears twice" for name in sorted(set(names)) if names.count(name) > 1),
    ]
    if problems:
        raise CrmError(f"line 1: {'; '.join(problems)}")
    return names


def _without_empty_end(fields: Sequence[str]) -> list[str]:
    """Return the fields of a row up to the last that is not empty, without the blanks around them."""
    values = [field.strip() for field in fields]
    while values and not values[-1]:
        values.pop()
    return values


def _checked(
    lines: Sequence[tuple[int, dict[str, str] | Rejected]], known: _Known, now: datetime
) -> tuple[list[CrmQualifier], list[Rejected]]:
    good: dict[ClubKey, tuple[int, CrmQualifier]] = {}
    rejected: list[Rejected] = []
    for line, fields in lines:
        if isinstance(fields, Rejected):
            rejected.append(fields)
            continue
        try:
            qualifier = _qualifier(fields, known, now)
        except ValueError as error:
            rejected.append(Rejected(line, str(error)))
            continue
        if qualifier.club in good:
            rejected.append(Rejected(line, f"line {good[qualifier.club][0]} has the same customer and week"))
        else:
            good[qualifier.club] = (line, qualifier)
    return [qualifier for _, qualifier in good.values()], rejected


def _qualifier(fields: Mapping[str, str], known: _Known, now: datetime) -> CrmQualifier:
    for name, value in fields.items():
        if damage := spreadsheet_damage(value):
            raise ValueError(f"{name} {value[:64]!a}: {damage}")
    brand = known.brands.get(fields["brand"])
    if brand is None:
        raise ValueError(f"unknown brand {fields['brand'][:64]!r}: load it first")
    if not _ID.fullmatch(fields["customer"]):
        shown = fields["customer"][:64]
        raise ValueError(f"{shown!r} is not a customer id: 1 to 64 characters, no blanks, no colons")
    reward = fields.get("reward", "")
    if reward and not _ID.fullmatch(reward):
        raise ValueError(f"{reward[:64]!r} is not a reward id")
    club = ClubKey(brand.id, _week(fields["week"], brand, now), fields["customer"])
    erased_at = known.erased.get(club.owner)
    if erased_at is not None and week_named(club.iso_week, brand.time_zone).ends_at <= erased_at:
        raise ValueError(f"customer {club.customer!r} was erased on {erased_at:%Y-%m-%d}")
    currency = fields["currency"]
    if currency not in brand.currencies:
        raise ValueError(f"{currency[:8]!r} is not a currency of the brand: {', '.join(brand.currencies)}")
    if reward:
        _require_reward(known, brand.id, reward, currency)
    return CrmQualifier(club, _minor(fields["staked"], currency), currency, reward or None)


def _require_reward(known: _Known, brand: str, reward: str, currency: str) -> None:
    currencies = known.offered.get((brand, reward))
    if currencies is None:
        raise ValueError(f"unknown reward {reward!r}: `furlong reward list {brand}` shows all rewards")
    if currency not in currencies:
        raise ValueError(f"reward {reward!r} is not in {currency}, but in {', '.join(sorted(currencies))}")


def _week(text: str, brand: Brand, now: datetime) -> str:
    try:
        week = week_named(text, brand.time_zone)
    except BadInput as error:
        raise ValueError(str(error)) from error
    if week.ends_at > now:
        raise ValueError(f"week {week.iso} is not over: its qualifiers are not known yet")
    return week.iso


def _minor(text: str, currency: str) -> int:
    digits = minor_digits(currency)
    example = f"such as {Decimal(25):.{digits}f}"
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"staked {text[:32]!r} is not an amount {example}")
    try:
        minor = Decimal(text).scaleb(digits)
    except InvalidOperation as error:
        raise ValueError(f"staked {text[:32]!r} is not an amount {example}") from error
    if minor != minor.to_integral_value():
        raise ValueError(f"staked {text!r} has more decimals than {currency}; write an amount {example}")
    if minor > MAX_MINOR:
        raise ValueError(f"staked {text!r} is too much")
    return int(minor)


def _mark(qualifier: CrmQualifier, stored: Mapping[ClubKey, CrmQualifier]) -> str:
    before = stored.get(qualifier.club)
    return "+" if before is None else "=" if before == qualifier else "~"
