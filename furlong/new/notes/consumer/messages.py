"""The messages of notes: their contract is `contracts/platform.note.v1.schema.json`."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from consumers.messages.fields import Instant, Ordinal, PlatformId, require_utc
from consumers.messages.reader import Body, Reader
from consumers.stream.records import Record

_NoteId = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"\A[A-Za-z0-9-]+\Z")]


class NoteWritten(Body, frozen=True, kw_only=True):
    """A note, at a revision."""

    customer_id: PlatformId
    note_id: _NoteId
    revision: Ordinal
    text: Annotated[str, Meta(min_length=1, max_length=500)]
    written_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(written_at=self.written_at)


_NOTES: Final = Reader(
    "platform.note",
    msgspec.json.Decoder(NoteWritten),
    lambda note: f"{note.brand_id}:{note.customer_id}",
)


def decode_note(record: Record) -> NoteWritten:
    """Return the note in a record.

    Raises:
        Poison: The record is not a note.
    """
    return _NOTES.read(record)
