"""A feed: the form of its records, and the pure mapping from one to a bet's state."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import msgspec

from consumers.feeds.progress import Progress, QualifyingBet, progress_of
from consumers.stream.errors import Poison
from consumers.stream.records import Record

TRACE: Final = "traceparent"
F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Feed(Generic[F]):
    """What a platform tells of its bets, and how it is understood.

    Attributes:
        name: goes before the ids of its bets: once in use it must stay.
        topic: as the platform calls it by contract; an installation may call it otherwise.
        decoder: of the form that the platform's records have. Unknown extra fields are ignored.
        bet: the mapping; it knows nothing but the record, so the same record is always the same bet. Raises
            Poison where the record has no meaning.
    """

    name: str
    topic: str
    decoder: msgspec.json.Decoder[F]
    bet: Callable[[F], QualifyingBet]

    def progress(self, value: bytes | None) -> Progress:
        """The progress message for the bytes of a record.

        Raises:
            Poison: it is not one of the feed's records, or the contract has no place for what it says.
        """
        if value is None:
            raise Poison("a null value has no meaning here")
        return progress_of(self.bet(self._decode(value)), self.name, self.topic)

    def message(self, record: Record) -> Progress:
        """The progress message for a record, under the trace that the record belongs to, if it tells.

        Raises:
            Poison: as `progress`.
        """
        message, trace = self.progress(record.value), record.header(TRACE)
        if trace is None:
            return message
        return Progress(message.key, message.value, (*message.headers, (TRACE, trace.encode())))

    def _decode(self, value: bytes) -> F:
        try:
            value.decode()  # msgspec looks only into the fields it knows
            return self.decoder.decode(value)
        except UnicodeDecodeError as fault:
            raise Poison(f"not UTF-8: {fault.reason} at byte {fault.start}") from fault
        except RecursionError as fault:
            raise Poison(f"no record of {self.topic}: nested too deeply") from fault
        except msgspec.ValidationError as fault:
            raise Poison(f"no record of {self.topic}: {fault}") from fault
        except msgspec.DecodeError as fault:
            raise Poison(f"not JSON: {fault}") from fault


AnyFeed = Feed[Any]
