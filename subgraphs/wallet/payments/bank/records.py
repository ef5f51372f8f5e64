"""What this bank was asked for: one record a part, made once, before the bank can see anything of it.

An order is put into the outbox in three steps: the whole file under a hidden name, the record, and the file's
real name. A record whose hidden file is still there was therefore not handed over, and one without it was: so
that nothing is handed over twice, whoever was killed when, and even if what was sent has been cleared away.

Beside the record of a refund, an empty file has the digest of its charge in its name, so that the refunds of
a charge are found without reading every record.
"""

from datetime import datetime
from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from subgraphs.wallet.payments.bank.folders import OUTBOX, RECORDS, SENT, Files
from subgraphs.wallet.payments.bank.orders import PART, digest_of
from subgraphs.wallet.payments.processor import Contradiction, PartKind

SENDING: Final = (PartKind.PAYOUT, PartKind.REFUND)


class Record(Struct, frozen=True, kw_only=True):
    """What was asked for.

    Attributes:
        amount: In minor units.
        digest: Of the order, without its times; "" of a charge.
        at: When it was asked for.
        of: Of a refund, the bank's reference of the charge.
        expires_at: Of a charge, after which it is given up.
    """

    kind: PartKind
    part: str
    amount: int
    currency: str
    at: datetime
    digest: str = ""
    of: str = ""
    expires_at: datetime | None = None


class Records:
    """The records of a folder that is open."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def find(self, kind: PartKind, part: str) -> Record | None:
        """Return what was asked for under an id; None if nothing was.

        Raises:
            OSError: It cannot be read.
        """
        return self._read(_name(kind, part)) if PART.fullmatch(part) else None

    def sent(self, part: str) -> Record | None:
        """Return the payout or refund under an id; None if there is none."""
        found = (self.find(kind, part) for kind in SENDING)
        return next((record for record in found if record is not None), None)

    def refunds_of(self, charge: str) -> list[Record]:
        """Return the refunds of a charge that were asked for."""
        beginning = _refund_of(charge, "")
        names = [name for name in self._files.names(RECORDS) if name.startswith(beginning)]
        found = [self.find(PartKind.REFUND, name.removeprefix(beginning)) for name in names]
        return [record for record in found if record is not None]

    def has_file(self, part: str) -> bool:
        """Tell whether there is a file for the bank by the name of a part."""
        return any(self._files.has(folder, _visible(part)) for folder in (OUTBOX, SENT))

    def is_handed_over(self, part: str) -> bool:
        """Tell whether the bank, or whoever takes files to it, may have seen an order that has a record."""
        return not self._files.has(OUTBOX, _hidden(part))

    def handed_over(self, record: Record) -> Record | None:
        """Return what was asked for first, if the bank may have seen it; None if not.

        Raises:
            Contradiction: That was something else.
            OSError: It cannot be read.
        """
        known = self.find(record.kind, record.part)
        if known is None or not self.is_handed_over(record.part):
            return None
        return _same(known, replace(record, digest=known.digest))

    def open(self, record: Record) -> Record:
        """Keep what was asked for that needs no file; return what was asked for first under this id.

        Raises:
            Contradiction: That was something else.
            OSError: It cannot be kept.
        """
        known = self.find(record.kind, record.part)
        if known is None:
            self._keep(record)
            return record
        return _same(known, record)

    def place(self, record: Record, document: bytes) -> Record:
        """Put an order into the outbox, unless it was there before; return what was asked for first.

        Raises:
            Contradiction: Another order stands under this id.
            OSError: It is not there, or, if the part has a record, may be there.
        """
        known = self.find(record.kind, record.part)
        if known is not None:
            _same(known, record)
        elif not self._is_placed(record):
            self._files.make(OUTBOX, _hidden(record.part), document)
            self._keep(record)
        else:
            self._keep(record)
            return record
        self._hand_over(record)
        return known or record

    def _is_placed(self, record: Record) -> bool:
        """Tell whether an order is there of which the record was lost, as after a copy was brought back.

        Raises:
            Contradiction: It is another one.
        """
        name = _visible(record.part)
        contents = [self._files.read(folder, name) for folder in (OUTBOX, SENT)]
        there = [content for content in contents if content is not None]
        for content in there:
            _require_order(content, record)
        return bool(there)

    def _hand_over(self, record: Record) -> None:
        hidden = self._files.read(OUTBOX, _hidden(record.part))
        if hidden is not None:
            _require_order(hidden, record)
            self._files.move(OUTBOX, _hidden(record.part), OUTBOX, _visible(record.part))

    def _keep(self, record: Record) -> None:
        if record.of:
            self._files.make(RECORDS, _refund_of(record.of, record.part), b"")
        name = _name(record.kind, record.part)
        self._files.make(RECORDS, f"{name}.new", msgspec.json.encode(record))
        self._files.move(RECORDS, f"{name}.new", RECORDS, name)

    def _read(self, name: str) -> Record | None:
        content = self._files.read(RECORDS, name)
        if content is None:
            return None
        try:
            return msgspec.json.decode(content, type=Record)
        except msgspec.DecodeError as fault:
            raise Contradiction(f"the record {name} cannot be read: {fault}") from None


def _same(known: Record, record: Record) -> Record:
    """Return a record that is known.

    Raises:
        Contradiction: Something else is asked for now.
    """
    asked = (record.amount, record.currency, record.of, record.digest)
    if asked != (known.amount, known.currency, known.of, known.digest):
        raise Contradiction(f"{record.part} stands for something else in the bank's folder")
    return known


def _require_order(document: bytes, record: Record) -> None:
    try:
        is_same = digest_of(document) == record.digest
    except ValueError as fault:
        raise Contradiction(f"the file of {record.part} cannot be read: {fault}") from None
    if not is_same:
        raise Contradiction(f"the file of {record.part} is another order")


def _name(kind: PartKind, part: str) -> str:
    return f"{part}.{kind.value}.json"


def _refund_of(charge: str, part: str) -> str:
    return f".{sha256(charge.encode()).hexdigest()[:32]}.{part}"


def _visible(part: str) -> str:
    return f"{part}.xml"


def _hidden(part: str) -> str:
    return f".{part}.xml.new"
