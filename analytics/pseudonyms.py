"""Customers without their names: keyed hashes, whose keys are kept apart from the facts and can be destroyed.

Each customer has a secret of its own, in a small file beside the store. Once it is destroyed, nobody can
compute the customer's pseudonym again: the facts stay and count, and belong to nobody.
"""

import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Final, TypeAlias

Owner: TypeAlias = tuple[str, str]
"""Brand and customer id."""

SECRET_BYTES: Final = 16
MAX_CACHED: Final = 500_000
_CHUNK: Final = 500
_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS customer_key "
    "(handle BLOB PRIMARY KEY, secret BLOB, erased_at TEXT) WITHOUT ROWID"
)


class Pseudonyms:
    """The secrets of customers, found by a hash of their id under the installation's key.

    Args:
        file: Where they are kept; readable by its owner only.
        key: The installation's key: without it the file tells nothing.
    """

    def __init__(self, file: Path, key: str) -> None:
        self._key = blake2b(key.encode(), digest_size=32).digest()
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
        self._base = sqlite3.connect(file, check_same_thread=False)
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = FULL")
        self._base.execute("PRAGMA secure_delete = ON")
        self._base.execute(_TABLE)
        self._base.commit()
        self._numbers: dict[bytes, int] = {}  # by the key of customers' messages
        self._erasures: dict[bytes, datetime] = {}

    def of_erased(self, owner: Owner, at: datetime) -> int:
        """Return the pseudonym of the customer whom an erasure is about; 0 if it is unknown by now."""
        secret, erased_at = self._stored([handle := self._handle(owner)]).get(handle, (None, None))
        is_done = erased_at is not None and datetime.fromisoformat(erased_at) >= at
        return 0 if secret is None or is_done else _number("\0".join(owner), secret)

    def at(self, facts: Iterable[tuple[Owner, datetime]]) -> list[int]:
        """Return the pseudonym for each fact about a customer at an instant; new ones are stored before that.

        What happened before an erasure belongs to nobody: each such fact gets a number of its own.
        """
        asked = list(facts)
        keys = [_key_of(owner) for owner, _ in asked]
        numbers = self._known(keys)
        erasures = self._erasures
        return [
            number if (erased := erasures.get(key)) is None or at > erased else secrets.randbits(64)
            for number, key, (_, at) in zip(numbers, keys, asked, strict=True)
        ]

    def numbers_unless_erased(self, keys: Sequence[bytes]) -> list[int] | None:
        """Return the pseudonym of each customer, as `at` does, or None if one of them was ever erased.

        Args:
            keys: The keys of messages about them: brand and customer id, with a colon between.
        """
        numbers = self._known(keys)
        return None if self._erasures and not self._erasures.keys().isdisjoint(keys) else numbers

    def destroy(self, owner: Owner, at: datetime) -> None:
        """Destroy a customer's secret, once; facts about a later customer of the same id get a new one."""
        self._numbers.pop(_key_of(owner), None)
        self._base.execute(
            "INSERT INTO customer_key (handle, secret, erased_at) VALUES (?, NULL, ?) ON CONFLICT (handle) "
            "DO UPDATE SET secret = NULL, erased_at = excluded.erased_at "
            "WHERE customer_key.erased_at IS NULL OR customer_key.erased_at < excluded.erased_at",
            (self._handle(owner), at.astimezone(UTC).isoformat()),
        )
        self._base.commit()
        self._base.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def number_of(self, *parts: str) -> int:
        """Return the number that stands for a thing that is no person, such as a bet."""
        return _number("\0".join(parts), self._key)

    def numbers_of(self, texts: Sequence[str]) -> bytes:
        """Return the numbers of things as eight bytes each; a text is the parts with NULs between them."""
        key = self._key
        return b"".join([blake2b(text.encode(), key=key, digest_size=8).digest() for text in texts])

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def _known(self, keys: Sequence[bytes]) -> list[int]:
        """Return the pseudonym of each customer; `_erasures` has those who were ever erased."""
        if len(self._numbers) > MAX_CACHED:
            self._numbers.clear()
            self._erasures.clear()
        numbers = self._numbers
        if missing := [key for key in keys if key not in numbers]:
            self._load(missing)
        return [numbers[key] for key in keys]

    def _load(self, keys: Iterable[bytes]) -> None:
        handles = {self._handle(owner): owner for owner in map(_owner_of, keys)}
        stored = self._stored(list(handles))
        fresh = []
        for handle, owner in handles.items():
            secret, erased_at = stored.get(handle, (None, None))
            if secret is None:
                secret = secrets.token_bytes(SECRET_BYTES)
                fresh.append((handle, secret, erased_at))
            if erased_at is not None:
                self._erasures[_key_of(owner)] = datetime.fromisoformat(erased_at)
            self._numbers[_key_of(owner)] = _number("\0".join(owner), secret)
        if fresh:
            self._base.executemany(
                "INSERT INTO customer_key (handle, secret, erased_at) VALUES (?, ?, ?) "
                "ON CONFLICT (handle) DO UPDATE SET secret = excluded.secret",
                fresh,
            )
            self._base.commit()

    def _stored(self, handles: list[bytes]) -> dict[bytes, tuple[bytes | None, str | None]]:
        keys: dict[bytes, tuple[bytes | None, str | None]] = {}
        for start in range(0, len(handles), _CHUNK):
            chunk = handles[start : start + _CHUNK]
            marks = ", ".join("?" * len(chunk))
            rows = self._base.execute(
                f"SELECT handle, secret, erased_at FROM customer_key WHERE handle IN ({marks})",
                chunk,
            )
            keys |= {handle: (secret, erased_at) for handle, secret, erased_at in rows}
        return keys

    def _handle(self, owner: Owner) -> bytes:
        return blake2b("\0".join(owner).encode(), key=self._key, digest_size=16).digest()


def _number(text: str, key: bytes) -> int:
    return int.from_bytes(blake2b(text.encode(), key=key, digest_size=8).digest(), "big")


def _key_of(owner: Owner) -> bytes:
    """Return the key of messages about a customer."""
    return ":".join(owner).encode()


def _owner_of(key: bytes) -> Owner:
    brand, _, customer = key.decode().partition(":")  # which brands do not have, but pseudonyms of customers
    return brand, customer
