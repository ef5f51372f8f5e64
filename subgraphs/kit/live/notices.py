"""Notices of changes between processes: their encoding, and the queue of unsent notices."""

from collections.abc import Iterable
from itertools import islice
from typing import Final

import msgspec

FORMAT: Final = 1
MAX_IN_MESSAGE: Final = 2_000
MAX_WAITING: Final = 100_000


class Notices(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The customers and brands that have changed.

    Attributes:
        sender: The sending process, which ignores its own notices.
        committed_at: When the first of the changes was committed, in seconds since the epoch.
        everything: Whether all customers may have changed, because notices were lost.
        brands: The ids of brands whose customers are all affected.
        customers: Keys of customers.
        format: The version of this message.
    """

    sender: bytes
    committed_at: float
    everything: bool = False
    brands: tuple[str, ...] = ()
    customers: tuple[bytes, ...] = ()
    format: int = FORMAT


_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Notices)


def encode(notices: Notices) -> bytes:
    """Return notices as bytes."""
    return _encoder.encode(notices)


def decode(data: object) -> Notices | None:
    """Return the notices in a message; None if the message is invalid or of another format."""
    try:
        notices = _decoder.decode(data)  # type: ignore[arg-type]  # whatever the client returns
    except (msgspec.DecodeError, TypeError):
        return None
    return notices if notices.format == FORMAT else None


class WaitingNotices:
    """Unsent notices; several notices of the same customer are merged.

    If too many customers are waiting, a single notice says that everything may have changed.
    """

    def __init__(self, sender: bytes) -> None:
        self._sender = sender
        self._customers: dict[bytes, None] = {}
        self._brands: set[str] = set()
        self._everything = False
        self._since: float | None = None

    def __bool__(self) -> bool:
        """Return whether there is anything to send."""
        return self._since is not None

    def add(
        self,
        at: float,
        customers: Iterable[bytes] = (),
        brands: Iterable[str] = (),
        *,
        everything: bool = False,
    ) -> None:
        """Add changes that were committed at `at`, in seconds since the epoch."""
        self._since = at if self._since is None else min(self._since, at)
        if not self._everything:
            self._customers.update(dict.fromkeys(customers))
            self._brands.update(brands)
            everything = everything or len(self._customers) > MAX_WAITING
        if everything:
            self._everything = True
            self._customers.clear()
            self._brands.clear()

    def take(self, now: float) -> Notices:
        """Remove and return as many notices as fit into one message."""
        customers = tuple(islice(self._customers, MAX_IN_MESSAGE))
        taken = Notices(self._sender, self._since or now, self._everything, tuple(self._brands), customers)
        for key in customers:
            del self._customers[key]
        self._brands.clear()
        self._everything = False
        if not self._customers:
            self._since = None
        return taken

    def put_back(self, notices: Notices) -> None:
        """Add notices that could not be sent again."""
        self.add(notices.committed_at, notices.customers, notices.brands, everything=notices.everything)
