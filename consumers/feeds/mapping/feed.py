"""A feed: the format of its records, and the pure mapping from a record to the state of a bet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import msgspec
import structlog

from consumers.feeds.mapping.progress_message import ProgressMessage, QualifyingBet, progress_message
from consumers.messages.reader import decode_record
from consumers.stream.errors import UNFORESEEN, Poison, unforeseen
from consumers.stream.records import Record

log = structlog.get_logger(__name__)
TRACE: Final = "traceparent"
BETS: Final = "bets-"
"""How the names of feeds begin among all providers: another adapter may be called like the feed."""

F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Feed(Generic[F]):
    """A platform's feed of bets.

    Attributes:
        name: The prefix of the feed's bet ids; it must not change once it is in use.
        topic: The topic's name by contract; an installation may name it otherwise.
        decoder: Decodes the platform's records. Unknown extra fields are ignored.
        bet: Maps a decoded record to a bet. It depends on nothing but the record, so that the same record
            always gives the same bet. Raises Poison if the record has no meaning.
    """

    name: str
    topic: str
    decoder: msgspec.json.Decoder[F]
    bet: Callable[[F], QualifyingBet]

    @property
    def provider(self) -> str:
        """Return its name among all providers, by which it is switched off."""
        return f"{BETS}{self.name}"

    def progress(self, value: bytes | None) -> ProgressMessage:
        """Return the progress message for a record's value.

        Raises:
            Poison: It is not a record of the feed, or the progress contract cannot express it.
        """
        if value is None:
            raise Poison("a null value has no meaning here")
        try:
            record = decode_record(self.decoder, value)
        except msgspec.ValidationError as fault:
            raise Poison(f"not a record of {self.topic}: {fault}") from fault
        return progress_message(self.bet(record), self.name, self.topic)

    def message(self, record: Record) -> ProgressMessage:
        """Return the progress message for a record, with the record's trace if it has one.

        Raises:
            Poison: As `progress`.
        """
        try:
            message, trace = self.progress(record.value), record.header(TRACE)
        except UNFORESEEN as fault:
            log.exception("record_not_mapped", topic=record.topic, offset=record.offset)
            raise Poison(unforeseen(fault)) from fault
        if trace is None:
            return message
        return ProgressMessage(message.key, message.value, (*message.headers, (TRACE, trace.encode())))


AnyFeed = Feed[Any]
