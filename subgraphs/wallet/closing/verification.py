"""Finds what was changed after a day was closed: in the closes themselves, or in the ledger's rows."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from msgspec import Struct

from foundation.signatures.keys import SignatureKey
from foundation.storage.database import Database
from subgraphs.wallet.closing import chain
from subgraphs.wallet.closing.chain import NO_CLOSE, CloseHead
from subgraphs.wallet.closing.close import Close, StoredClose, UnreadableClose, hash_of
from subgraphs.wallet.closing.days import span_of
from subgraphs.wallet.closing.holds import held_or_decided
from subgraphs.wallet.closing.reading import DayReader, DayTables
from subgraphs.wallet.closing.tables import CloseTables
from subgraphs.wallet.ledger.proof import Difference, prove


class CloseFault(Enum):
    """What is wrong with a close.

    CHANGED: It does not have the hash that it was given, or its columns do not say what its content says.
    MISSING: Closes were deleted.
    BROKEN: It does not continue the close before: it was inserted, replaced or moved.
    CUT_OFF: Closes at the end were deleted.
    REWRITTEN: The chain does not contain the anchor: it was written again since the anchor was noted.
    NOT_SIGNED: It has not the signature that it says it has.
    ROWS: Transfers of the day, their accounts, or what expired then were changed since.
    POSITIONS: The positions are not what follows from the transfers.
    NOT_HELD: What differed stops no payouts, and no two people decided that.
    """

    CHANGED = "changed"
    MISSING = "missing"
    BROKEN = "broken"
    CUT_OFF = "cut off"
    REWRITTEN = "rewritten"
    NOT_SIGNED = "not signed as it says"
    ROWS = "the ledger's rows of that day were changed since"
    POSITIONS = "its positions are not those of the ledger"
    NOT_HELD = "the payouts that it stopped go on without a decision"


class FoundFault(Struct, frozen=True):
    """A fault, and the sequence of the close where it shows."""

    sequence: int
    day: date | None
    fault: CloseFault


class Verification(Struct, frozen=True):
    """The outcome.

    Attributes:
        closes: How many were read.
        last: The last of them.
        unsigned: How many say that they are unsigned.
        unknown_keys: The ids of keys that have signed closes and are not known here.
        faults: What is wrong with closes.
        differences: What contradicts itself in the ledger now.
    """

    closes: int
    last: CloseHead
    unsigned: int
    unknown_keys: tuple[str, ...]
    faults: tuple[FoundFault, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Verifier:
    """Verifies the closes of one wallet's database.

    Attributes:
        keys: By id: those that may have signed.
    """

    database: Database
    days: DayTables
    closes: CloseTables
    keys: Mapping[str, SignatureKey]

    async def verify(self, anchor: CloseHead | None = None, since: date | None = None) -> Verification:
        """Read all closes, and compare them with the ledger.

        Args:
            anchor: A close that was noted earlier, where the database's owner cannot change it.
            since: The first day whose rows are read again; by default all, from the last beginning on.
        """
        walk = _Walk(self.keys, anchor)
        begins: date | None = None
        closes: list[Close] = []
        async with self.database.read() as connection:
            claimed = await chain.head(connection, self.closes)
            async for stored in chain.in_order(connection, self.closes):
                if (close := walk.take(stored)) is not None:
                    closes.append(close)
                    begins = close.day if close.begins else begins
            stopped = await held_or_decided(connection, self.closes)
        walk.end(claimed)
        walk.faults += _let_go(closes, stopped)
        first = max(filter(None, (begins, since)), default=date.min)
        async for fault in self._against_ledger([close for close in closes if close.day >= first]):
            walk.faults.append(fault)
        return Verification(
            walk.count,
            walk.last,
            walk.unsigned,
            tuple(sorted(walk.unknown_keys)),
            tuple(dict.fromkeys(walk.faults)),
            tuple(await prove(self.database)),
        )

    async def _against_ledger(self, closes: list[Close]) -> AsyncIterator[FoundFault]:
        reader = DayReader(self.database, self.days)
        for close in closes:
            digest = await reader.digest(span_of(close.day))
            if (digest.rows, digest.sha256) != (close.transfers, close.digest):
                yield FoundFault(close.sequence, close.day, CloseFault.ROWS)
        # The openings and movements of a day follow from its rows, so that the last one stands for all.
        if closes and (await reader.positions(span_of(closes[-1].day))).all != closes[-1].positions:
            yield FoundFault(closes[-1].sequence, closes[-1].day, CloseFault.POSITIONS)


def _let_go(closes: list[Close], stopped: set[tuple[str, date]]) -> Iterator[FoundFault]:
    """Yield the closes whose differences stop no payouts, though nobody decided that they go on."""
    days = {day for _, day in stopped}
    for close in closes:
        named = close.currencies - {""}
        if any((currency, close.day) not in stopped for currency in named) or (
            close.differences and close.day not in days
        ):
            yield FoundFault(close.sequence, close.day, CloseFault.NOT_HELD)


class _Walk:
    """One walk along the chain."""

    def __init__(self, keys: Mapping[str, SignatureKey], anchor: CloseHead | None) -> None:
        self._keys, self._anchor = keys, anchor
        self._is_anchored = anchor is None or anchor == NO_CLOSE
        self.last, self.count, self.unsigned = NO_CLOSE, 0, 0
        self.unknown_keys: set[str] = set()
        self.faults: list[FoundFault] = []

    def take(self, stored: StoredClose) -> Close | None:
        """Check the next close; return what it says, if that can be read."""
        if stored.sequence != self.last.sequence + 1:
            self._find(self.last.sequence + 1, None, CloseFault.MISSING)
        if stored.previous_hash != self.last.hash:
            self._find(stored.sequence, stored.day, CloseFault.BROKEN)
        self.last, self.count = CloseHead(stored.sequence, stored.hash), self.count + 1
        self._is_anchored = self._is_anchored or self.last == self._anchor
        try:
            close = stored.close
        except UnreadableClose:
            self._find(stored.sequence, stored.day, CloseFault.CHANGED)
            return None
        columns = (stored.sequence, stored.day, stored.differences, stored.previous_hash)
        said = (close.sequence, close.day, len(close.differences), close.previous_hash)
        if hash_of(stored.content) != stored.hash or columns != said:
            self._find(stored.sequence, stored.day, CloseFault.CHANGED)
        self._signature(stored, close)
        return close

    def _signature(self, stored: StoredClose, close: Close) -> None:
        if not close.key:
            self.unsigned += 1
            is_right = not stored.signature
        elif (key := self._keys.get(close.key)) is None:
            self.unknown_keys.add(close.key)
            is_right = bool(stored.signature)
        else:
            try:
                is_right = key.verifies(stored.content.encode(), bytes.fromhex(stored.signature))
            except ValueError:
                is_right = False
        if not is_right:
            self._find(stored.sequence, stored.day, CloseFault.NOT_SIGNED)

    def end(self, claimed: CloseHead) -> None:
        """Compare the end of the chain with what is said of it."""
        if claimed != self.last:
            self._find(max(claimed.sequence, self.last.sequence), None, CloseFault.CUT_OFF)
        if self._anchor is not None and not self._is_anchored:
            is_cut = self._anchor.sequence > self.last.sequence
            fault = CloseFault.CUT_OFF if is_cut else CloseFault.REWRITTEN
            self._find(self._anchor.sequence, None, fault)

    def _find(self, sequence: int, day: date | None, fault: CloseFault) -> None:
        self.faults.append(FoundFault(sequence, day, fault))
