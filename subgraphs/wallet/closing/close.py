"""What the close of a day says, in the words in which it is stored, hashed and signed."""

from datetime import date, datetime
from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct

from subgraphs.kit.domain.currencies import minor_digits

SCHEMA: Final = "wallet.close/1"
GENESIS: Final = "0" * 64
"""What stands for the close before the first."""


class UnreadableClose(Exception):
    """A stored close that is none: its text was changed since. `furlong wallet verify` tells more."""


class Movement(Struct, frozen=True):
    """What transfers of one code moved on a position in a day, in minor units.

    Attributes:
        code: `TransferCode`'s name, or the number of another code.
        debits: What was taken from it.
        credits: What was added to it.
        transfers: How many there were.
    """

    code: str
    debits: int
    credits: int
    transfers: int


class Position(Struct, frozen=True):
    """What all accounts of one kind had, in minor units: credits less debits, without what is pending.

    Attributes:
        brand: The brand; "" for accounts whose customer is not known any more.
        account: `AccountCode`'s name, or the number of another code. One of a customer is the sum of all
            customers; one of the house is a single account.
        opening: At the beginning of the day.
        closing: At its end.
    """

    brand: str
    currency: str
    account: str
    opening: int
    closing: int
    movements: tuple[Movement, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """Return which position it is."""
        return self.currency, self.brand, self.account


class CloseDifference(Struct, frozen=True):
    """Something that should be equal and is not; see `Difference`.

    Attributes:
        currency: Whose payouts stop; "" if that is not known, so that all of them do.
    """

    currency: str
    account_id: str
    what: str
    about: str = ""
    recorded: int | None = None
    computed: int | None = None

    @property
    def words(self) -> str:
        """Return it as a sentence."""
        whose = f"Account {self.account_id}" if self.account_id else "The ledger"
        which = f" ({self.about})" if self.about else ""
        said = f"{whose}, {self.currency or 'currency unknown'}: {self.what}{which}"
        if self.recorded is None and self.computed is None:
            return f"{said}."
        return f"{said}: {self._amount(self.recorded)} is recorded, {self._amount(self.computed)} follows."

    def _amount(self, minor: int | None) -> str:
        return "nothing" if minor is None else amount_in_words(minor, self.currency)


class Close(Struct, frozen=True):
    """The close of a day of one wallet's database.

    Attributes:
        sequence: Counts from 1.
        day: A UTC day, by the timestamps of the ledger, which are of the database's clock.
        closed_at: When it was closed, by the same clock.
        previous_hash: The hash of the close before, `GENESIS` for the first.
        begins: Why the openings were not compared with the close before: rows were moved to or from this
            database, a backup was restored, or erased customers' accounts were folded. Otherwise "".
        epoch: The database's epoch in its cell, which changes when rows are moved; 0 without cells.
        key: The id of the key that signs it; "" if it is unsigned.
        transfers: How many transfers and failed requests the day has.
        digest: The SHA-256 of all of them, of their accounts and of what expired: see `reading`.
        positions: By currency, brand and account.
        differences: What differed when the day was closed; nothing if all was right.
    """

    sequence: int
    day: date
    closed_at: datetime
    previous_hash: str
    begins: str
    epoch: int
    key: str
    transfers: int
    digest: str
    positions: tuple[Position, ...]
    differences: tuple[CloseDifference, ...]
    schema: str = SCHEMA

    @property
    def currencies(self) -> frozenset[str]:
        """Return the currencies that differ."""
        return frozenset(difference.currency for difference in self.differences)


def content_of(close: Close) -> str:
    """Return the text of a close: always the same for the same close."""
    return msgspec.json.encode(close, order="deterministic").decode()


def hash_of(content: str) -> str:
    """Return the SHA-256 of a content, in hexadecimal digits."""
    return sha256(content.encode()).hexdigest()


def amount_in_words(minor: int, currency: str) -> str:
    """Return an amount with its decimals and without its currency, such as `-12.50`."""
    digits = minor_digits(currency)
    whole, rest = divmod(abs(minor), 10**digits)
    sign = "-" if minor < 0 else ""
    return f"{sign}{whole}.{rest:0{digits}}" if digits else f"{sign}{whole}"


class StoredClose(Struct, frozen=True):
    """A close as it is stored.

    Attributes:
        content: Its text, which the hash covers.
        signature: In hexadecimal digits; "" if it is unsigned.
    """

    sequence: int
    day: date
    differences: int
    content: str
    hash: str
    previous_hash: str
    signature: str

    @property
    def close(self) -> Close:
        """Return what it says.

        Raises:
            UnreadableClose: The content was changed into something else.
        """
        try:
            return msgspec.json.decode(self.content, type=Close)
        except msgspec.MsgspecError:
            raise UnreadableClose(f"the close of {self.day} was changed, and cannot be read") from None
